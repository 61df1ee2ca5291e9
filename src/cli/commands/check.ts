import { Command } from 'commander';
import { loadCheckedDefinitions } from '../../checked-definitions.ts';
import { configOf } from '../context.ts';
import { type Io, json, line } from '../io.ts';

export function checkCommand(io: Io): Command {
  return new Command('check')
    .description('compile the definitions and report every problem, without opening any data')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  projectionist check\n  projectionist check --projections ./read-models',
    )
    .action(async (flags: { json?: boolean }, command: Command) => {
      const config = await configOf(command, io);
      const { projections, ignored } = await loadCheckedDefinitions(config.projections);
      const programs = projections.map(({ file, compiled: { program } }) => ({
        projection: program.projection,
        file,
        hash: program.hash,
        views: program.views.map(({ name }) => name),
        eventTypes: program.types.map(({ type }) => type),
      }));
      if (flags.json === true) return json(io, { projections: programs, ignored });
      for (const { projection, hash, views, eventTypes } of programs) {
        line(
          io,
          `${projection}: ${views.join(', ')}, from ${eventTypes.length} event types (program ${hash.slice(0, 12)})`,
        );
      }
      for (const { file, reason } of ignored) line(io, `${file}: passed over, as ${reason}`);
      if (programs.length === 0) line(io, `No projection is defined in ${config.projections}.`);
    });
}
