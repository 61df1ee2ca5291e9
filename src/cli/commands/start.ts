import { Command } from 'commander';
import { configOf } from '../context.ts';
import type { Io } from '../io.ts';
import { runServer } from '../server.ts';
import { wholeNumber } from '../numbers.ts';

/** The flags that `start` and `dev` share. */
export function serverCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option(
      '--port <number>',
      'port of the HTTP API; 0 for any free one (PROJECTIONIST_PORT; default 4000)',
      wholeNumber,
    )
    .option('--host <address>', 'address that it listens on (PROJECTIONIST_HOST; default 127.0.0.1)')
    .option('--allow-anonymous', 'let anybody in who reaches --host, without a token')
    .option(
      '--shutdown-seconds <number>',
      'seconds that open requests and batches have when it ends (PROJECTIONIST_SHUTDOWN_SECONDS; default 10)',
    )
    .option(
      '--log-level <level>',
      'debug, info, warn, error or silent (PROJECTIONIST_LOG_LEVEL; default info)',
    )
    .option(
      '--log-format <format>',
      'text, json, or auto: text on a terminal (PROJECTIONIST_LOG_FORMAT; default auto)',
    )
    .option('--seed <file>', 'events to import first, while the log is still empty (NDJSON, .gz too)');
}

export function startCommand(io: Io): Command {
  return serverCommand('start', 'run the projections and serve the HTTP API')
    .addHelpText(
      'after',
      '\nExamples:\n  projectionist start\n  projectionist start --port 8080 --data /var/lib/shop',
    )
    .action(async (options: { seed?: string }, command: Command) => {
      await runServer(io, await configOf(command, io), { seed: options.seed, isWatching: false });
    });
}
