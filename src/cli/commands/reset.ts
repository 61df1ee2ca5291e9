import { Command } from 'commander';
import { ProjectionistError } from '../../errors.ts';
import { configOf } from '../context.ts';
import { type Io, json, line } from '../io.ts';
import { runOperation } from '../remote.ts';

export function resetCommand(io: Io): Command {
  return new Command('reset')
    .description('build a projection from the first event, and keep nothing of what was live before')
    .argument('<name>', 'the projection')
    .option('--yes', 'do it: there is no way back to the earlier generation')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExamples:\n  projectionist reset orders --yes')
    .action(async (name: string, flags: { yes?: boolean; json?: boolean }, command: Command) => {
      if (flags.yes !== true)
        throw new ProjectionistError('USAGE', `A reset of ${name} leaves no generation to roll back to`, {
          hint: `Give --yes to do it, or keep a way back: projectionist rebuild ${name}`,
        });
      const asked = { operation: 'reset', projection: name } as const;
      const result = await runOperation<{ generation: number }>(io, await configOf(command, io), asked);
      if (flags.json === true) json(io, { projection: name, ...result });
      else line(io, `${name}: generation ${result.generation} is live, built from the first event`);
    });
}
