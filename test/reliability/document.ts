import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { INVARIANTS, SUITES } from './invariants.ts';
import { RESULTS, type SuiteResult } from './record.ts';

/** docs/reliability.md, from what the suites have left of their last runs. */
export function reliabilityDocument(): string {
  return `# Reliability

Nothing lost, nothing twice, nothing silent: what that means, what keeps it, and which tests fail when it is broken. This
page is generated: the suites leave what they did, and \`npm run reliability\` puts it here.

| | invariant | kept by | tests | suites |
|---|---|---|---|---|
${INVARIANTS.map(row).join('\n')}

Faults below SQLite (a full disk, a file that cannot be written, a damaged or replaced log) are tested with real processes in
[\`test/long/storage.test.ts\`](../test/long/storage.test.ts).

## What the last runs did

${Object.entries(SUITES)
  .map(([name, { what, command }]) => `- **${name}**. ${what}.\n  ${figuresOf(name)}\n  \`${command}\``)
  .join('\n')}

A simulation or a run of kills that fails prints the line that repeats it; \`SIMULATION_SEED\`, \`SIMULATION_RUNS\`,
\`SIMULATION_STEPS\`, \`SERVER_KILLS\` and \`SERVER_KILLS_SEED\` choose others.

## What is not shown by this

- Power cuts are not simulated: a kill leaves to the operating system what was written. Appends are synced before they are
  acknowledged; views are derived, and are built again where a file turns out to be damaged.
- The simulation schedules what threads and timers do, and not the instructions inside a SQLite call. Threads themselves are
  tested with real ones in [\`test/fault/threads.test.ts\`](../test/fault/threads.test.ts).
`;
}

function row({ number, says, keptBy, tests, suites }: (typeof INVARIANTS)[number]): string {
  const links = tests.map(
    (path) => `[${path.replace(/^test\//, '').replace(/\.test\.ts$/, '')}](../${path})`,
  );
  return `| ${number} | ${says} | ${keptBy} | ${links.join(', ')} | ${[...suites, 'mutation'].join(', ')} |`;
}

function figuresOf(suite: string): string {
  const path = join(RESULTS, `${suite}.json`);
  if (!existsSync(path)) return 'No run of it was left here.';
  const { at, figures } = JSON.parse(readFileSync(path, 'utf8')) as SuiteResult;
  return `Last run, ${at.slice(0, 10)}: ${figures}.`;
}
