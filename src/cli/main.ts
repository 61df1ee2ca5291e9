import { run } from './run.ts';

const ending = new AbortController();
/** Milliseconds in which a second signal is the first one again: a terminal and npm both pass Ctrl-C on. */
const ECHO = 300;
let endingSince = 0;
// The first signal ends in good order; the second one does not wait.
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const) {
  process.on(signal, () => {
    if (!ending.signal.aborted) endingSince = performance.now();
    else if (performance.now() - endingSince > ECHO) process.exit(128 + number);
    ending.abort();
  });
}
// A reader that has seen enough (`… | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await run(process.argv.slice(2), {
  out: process.stdout,
  error: process.stderr,
  input: process.stdin,
  environment: process.env,
  ended: ending.signal,
});
// Asked to end, it does, whatever was given up on and still holds the process.
if (ending.signal.aborted) process.exit();
