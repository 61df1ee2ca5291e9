import { Command } from 'commander';
import { ProjectionistError } from '../../errors.ts';
import { inspect } from '../../engine/inspect.ts';
import { configOf } from '../context.ts';
import { type Io, json, line } from '../io.ts';
import { grouped } from '../numbers.ts';
import { runOperation } from '../remote.ts';

interface RebuildFlags {
  readonly all?: boolean;
  readonly stream?: string;
  readonly verify?: boolean;
  readonly json?: boolean;
}

type Rebuilt = { readonly generation: number } | { readonly stream: string; readonly events: number };

export function rebuildCommand(io: Io): Command {
  return new Command('rebuild')
    .description(
      'build the next generation of projections beside the live ones, and swap; a running server does it itself',
    )
    .argument('[names...]', 'the projections')
    .option('--all', 'every projection')
    .option('--stream <stream>', 'derive again what one stream contributed, in the live generation')
    .option('--verify', 'compare what is built with a second replay before it becomes live')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  projectionist rebuild orders\n  projectionist rebuild --all\n  projectionist rebuild orders --verify\n  projectionist rebuild orders --stream order-1001',
    )
    .action(async (names: string[], flags: RebuildFlags, command: Command) => {
      const config = await configOf(command, io);
      const chosen = flags.all === true ? inspect(config.data).projections.map(({ name }) => name) : names;
      if (chosen.length === 0)
        throw new ProjectionistError('USAGE', 'Which projection?', { hint: 'Name some, or give --all.' });
      const results = [];
      for (const name of chosen) {
        const options = {
          verify: flags.verify === true,
          ...(flags.stream !== undefined && { stream: flags.stream }),
        };
        const asked = { operation: 'rebuild', projection: name, options } as const;
        const result = await runOperation<Rebuilt>(io, config, asked);
        results.push({ projection: name, ...result });
        if (flags.json !== true) line(io, `${name}: ${describe(result)}`);
      }
      if (flags.json === true) json(io, results);
    });
}

function describe(rebuilt: Rebuilt): string {
  if ('generation' in rebuilt) return `generation ${rebuilt.generation} is live`;
  return `${rebuilt.stream} is derived again, from ${grouped(rebuilt.events)} ${rebuilt.events === 1 ? 'event' : 'events'}`;
}
