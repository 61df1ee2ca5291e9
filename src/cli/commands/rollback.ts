import { Command } from 'commander';
import { configOf } from '../context.ts';
import { type Io, json, line } from '../io.ts';
import { runCommand } from '../remote.ts';

export function rollbackCommand(io: Io): Command {
  return new Command('rollback')
    .description('bring the previous generation of a projection up to date and make it live again')
    .argument('<name>', 'the projection')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExamples:\n  projectionist rollback orders')
    .action(async (name: string, flags: { json?: boolean }, command: Command) => {
      const result = await runCommand(io, await configOf(command, io), 'rollback', name);
      if (flags.json === true) json(io, result);
      else line(io, `${name}: generation ${result.generation} is live again`);
    });
}
