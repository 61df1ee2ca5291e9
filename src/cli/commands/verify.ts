import { Command } from 'commander';
import { inspect } from '../../engine/inspect.ts';
import {
  describeDifference,
  type RowDifference,
  type Verification,
} from '../../engine/verify/verification.ts';
import { ProjectionistError } from '../../errors.ts';
import { writeExactly } from '../../exact-json.ts';
import { configOf } from '../context.ts';
import { type Io, json, line } from '../io.ts';
import { duration, grouped } from '../numbers.ts';
import { runOperation } from '../remote.ts';
import { table } from '../table.ts';

export function verifyCommand(io: Io): Command {
  return new Command('verify')
    .description(
      'replay the log beside the live views and compare every row; says which row differs, and after which event',
    )
    .argument('[names...]', 'the projections (default: every one)')
    .option('--json', 'print the outcomes as JSON')
    .addHelpText(
      'after',
      '\nThe exit code is 1 where something differs.\n\nExamples:\n  projectionist verify\n  projectionist verify orders --json',
    )
    .action(async (names: string[], flags: { json?: boolean }, command: Command) => {
      const config = await configOf(command, io);
      const chosen = names.length > 0 ? names : inspect(config.data).projections.map(({ name }) => name);
      if (chosen.length === 0)
        throw new ProjectionistError('PROJECTION_NOT_READY', `Nothing has been built in ${config.data}`, {
          hint: 'Check --data, or run `projectionist start` once.',
        });
      const outcomes: Verification[] = [];
      for (const name of chosen) {
        const asked = { operation: 'verify', projection: name } as const;
        const outcome = await runOperation<Verification>(io, config, asked);
        outcomes.push(outcome);
        if (flags.json !== true) line(io, describe(outcome));
      }
      if (flags.json === true) json(io, outcomes);
      requireSame(outcomes);
    });
}

function describe({ projection, generation, position, views, difference, seconds }: Verification): string {
  const rows = views.reduce((sum, view) => sum + view.rows, 0);
  const what = `${projection}: generation ${generation} at position ${grouped(position)}`;
  if (difference === null)
    return `${what} is what a second replay gives, ${grouped(rows)} rows in ${views.map(({ view }) => view).join(', ')}, after ${duration(seconds)}`;
  const counts = views
    .filter(({ differing }) => differing > 0)
    .map(({ view, differing }) => `${grouped(differing)} in ${view}`);
  return [`${what} differs from a second replay: ${counts.join(', ')}`, describeRow(difference)].join('\n');
}

function describeRow(difference: RowDifference): string {
  const { key, columns, event } = difference;
  const lines = [
    `  First: ${describeDifference(difference)}`,
    ...(key === null ? [] : [`  Row: ${writeExactly(key)}`]),
    ...(event === null ? [] : [`  Event: ${event.type} ${event.eventId} of ${event.stream}, ${event.time}`]),
  ];
  const values = table(
    ['column', 'live', 'replayed'],
    columns.map(({ column, live, replayed }) => [column, live, replayed]),
  );
  return [...lines, ...values.split('\n').map((text) => `  ${text}`)].join('\n');
}

function requireSame(outcomes: readonly Verification[]): void {
  const differing = outcomes.filter(({ isSame }) => !isSame).map(({ projection }) => projection);
  if (differing.length === 0) return;
  const isSteady = outcomes.every(({ difference }) => (difference?.parting ?? null) === null);
  throw new ProjectionistError(
    'VERIFICATION_FAILED',
    `${differing.join(', ')}: not what a second replay gives`,
    {
      hint: isSteady
        ? `Build anew what something else has written: projectionist rebuild ${differing.join(' ')} --verify`
        : 'Two replays differ: a function or an upcaster depends on something besides its arguments. Correct it first.',
    },
  );
}
