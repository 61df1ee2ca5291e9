import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { type Inspection, inspect } from '../../engine/inspect.ts';
import { ProjectionistError } from '../../errors.ts';
import { configOf } from '../context.ts';
import { type Io, json, line } from '../io.ts';
import { grouped } from '../numbers.ts';
import { table } from '../table.ts';

export function statusCommand(io: Io): Command {
  return new Command('status')
    .description('show the log and every projection: generation, position, lag, build, error')
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

function describe({ isRunning, head, projections }: Inspection, data: string): string {
  const state = isRunning ? 'A process runs its projections.' : 'No process runs its projections.';
  const rows = projections.map(({ name, generation, position, lag, build, error, views }) => [
    name,
    generation ?? 'none yet',
    grouped(position),
    grouped(lag),
    build === null
      ? ''
      : `${build.generation}: ${head === 0 ? 100 : Math.floor((build.position / head) * 100)}%`,
    views.join(', '),
    error?.message ?? '',
  ]);
  const lines = [`${data}: ${grouped(head)} events. ${state}`];
  if (rows.length > 0)
    lines.push(
      '',
      table(['projection', 'generation', 'position', 'lag', 'building', 'views', 'error'], rows),
    );
  return lines.join('\n');
}
