import { Command } from 'commander';
import { configOf } from '../context.ts';
import { type Io, json, line } from '../io.ts';
import { runOperation } from '../remote.ts';

export function rollbackCommand(io: Io): Command {
  return new Command('rollback')
    .description('bring the previous generation of a projection up to date and make it live again')
    .argument('<name>', 'the projection')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExamples:\n  projectionist rollback orders')
    .action(async (name: string, flags: { json?: boolean }, command: Command) => {
      const asked = { operation: 'rollback', projection: name } as const;
      const result = await runOperation<{ generation: number }>(io, await configOf(command, io), asked);
      if (flags.json === true) json(io, { projection: name, ...result });
      else line(io, `${name}: generation ${result.generation} is live again`);
    });
}
