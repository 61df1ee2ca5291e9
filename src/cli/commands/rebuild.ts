import { Command } from 'commander';
import { ProjectionistError } from '../../errors.ts';
import { inspect } from '../../engine/inspect.ts';
import { configOf } from '../context.ts';
import { type Io, json, line } from '../io.ts';
import { runOperation } from '../remote.ts';

interface RebuildFlags {
  readonly all?: boolean;
  readonly verify?: boolean;
  readonly json?: boolean;
}

export function rebuildCommand(io: Io): Command {
  return new Command('rebuild')
    .description(
      'build the next generation of projections beside the live ones, and swap; a running server does it itself',
    )
    .argument('[names...]', 'the projections')
    .option('--all', 'every projection')
    .option('--verify', 'compare what is built with a second replay before it becomes live')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  projectionist rebuild orders\n  projectionist rebuild --all\n  projectionist rebuild orders --verify',
    )
    .action(async (names: string[], flags: RebuildFlags, command: Command) => {
      const config = await configOf(command, io);
      const chosen = flags.all === true ? inspect(config.data).projections.map(({ name }) => name) : names;
      if (chosen.length === 0)
        throw new ProjectionistError('USAGE', 'Which projection?', { hint: 'Name some, or give --all.' });
      const results = [];
      for (const name of chosen) {
        const options = { verify: flags.verify === true };
        const asked = { operation: 'rebuild', projection: name, options } as const;
        const result = await runOperation<{ generation: number }>(io, config, asked);
        results.push({ projection: name, ...result });
        if (flags.json !== true) line(io, `${name}: generation ${result.generation} is live`);
      }
      if (flags.json === true) json(io, results);
    });
}
