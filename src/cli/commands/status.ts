import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { type InspectedProjection, type Inspection, inspect } from '../../engine/inspect.ts';
import { ProjectionistError } from '../../errors.ts';
import { configOf } from '../context.ts';
import { type Io, json, line } from '../io.ts';
import { duration, grouped } from '../numbers.ts';
import { table } from '../table.ts';

export function statusCommand(io: Io): Command {
  return new Command('status')
    .description('show the log and every projection: state, generation, position, lag, build, errors')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  projectionist status\n  projectionist status --json | jq .projections',
    )
    .action(async (flags: { json?: boolean }, command: Command) => {
      const { data } = await configOf(command, io);
      if (!existsSync(join(data, 'log.db')))
        throw new ProjectionistError('DATA_FOLDER_UNUSABLE', `There is no log in ${data}`, {
          hint: 'Check --data, or run `projectionist start` once.',
        });
      const inspection = inspect(data);
      if (flags.json === true) json(io, inspection);
      else line(io, describe(inspection, data));
    });
}

const HEADS = [
  'projection',
  'state',
  'generation',
  'position',
  'lag',
  'behind for',
  'parked',
  'moved',
  'building',
  'views',
];

function describe({ isRunning, head, projections }: Inspection, data: string): string {
  const server = isRunning ? 'A process runs its projections.' : 'No process runs its projections.';
  const lines = [`${data}: ${grouped(head)} events. ${server}`];
  if (projections.length > 0) {
    const rows = projections.map((projection) => rowOf(projection, head));
    lines.push('', table(HEADS, rows));
  }
  const remarks = projections.flatMap(remarksOn);
  if (remarks.length > 0) lines.push('', ...remarks);
  return lines.join('\n');
}

function rowOf(projection: InspectedProjection, head: number): string[] {
  const { name, state, generation, position, lag, lagSeconds, parked, movedAt, build, views } = projection;
  return [
    name,
    state,
    generation === null ? 'none yet' : String(generation),
    grouped(position),
    grouped(lag),
    lagSeconds === null || lag === 0 ? '' : duration(lagSeconds),
    grouped(parked),
    movedAt ?? '',
    build === null
      ? ''
      : `${build.generation}: ${head === 0 ? 100 : Math.floor((build.position / head) * 100)}%`,
    views.join(', '),
  ];
}

/** What a table has no room for: why a projection is not live. */
function remarksOn({ name, state, asOf, paused, retry, error }: InspectedProjection): string[] {
  const remarks = [];
  if (paused !== null) {
    const by = paused.by === null ? '' : ` by ${paused.by}`;
    remarks.push(
      `${name}: paused${by} at ${paused.since}${paused.reason === null ? '' : `: ${paused.reason}`}`,
    );
  }
  if (error !== null) {
    const when = state === 'unknown' && asOf !== null ? ` (as of ${asOf})` : '';
    const again = retry === null ? '' : ` It has failed ${retry.attempt} times; next try at ${retry.nextAt}.`;
    remarks.push(`${name}: ${error.message}${when}${again}`);
    if (error.hint !== undefined) remarks.push(`  Try: ${error.hint}`);
  }
  return remarks;
}
