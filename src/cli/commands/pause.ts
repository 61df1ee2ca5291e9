import { Command } from 'commander';
import { configOf } from '../context.ts';
import { type Io, json, line } from '../io.ts';
import { runOperation } from '../remote.ts';

export function pauseCommand(io: Io): Command {
  return new Command('pause')
    .description('let a projection stand still, also after a restart; what it has still answers')
    .argument('<name>', 'the projection')
    .option('--reason <text>', 'why; its status shows it')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', "\nExamples:\n  projectionist pause orders --reason 'before the migration'")
    .action(async (name: string, flags: { reason?: string; json?: boolean }, command: Command) => {
      const by = io.environment['USER'] ?? io.environment['USERNAME'];
      const { reason } = flags;
      const options = { ...(by !== undefined && { by }), ...(reason !== undefined && { reason }) };
      const asked = { operation: 'pause', projection: name, options } as const;
      const result = await runOperation(io, await configOf(command, io), asked);
      if (flags.json === true) json(io, { projection: name, ...result });
      else line(io, `${name}: paused; \`projectionist resume ${name}\` lets it go on`);
    });
}

export function resumeCommand(io: Io): Command {
  return new Command('resume')
    .description('let a paused projection go on, or one that has stopped try again')
    .argument('<name>', 'the projection')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExamples:\n  projectionist resume orders')
    .action(async (name: string, flags: { json?: boolean }, command: Command) => {
      const result = await runOperation(io, await configOf(command, io), {
        operation: 'resume',
        projection: name,
      });
      if (flags.json === true) json(io, { projection: name, ...result });
      else line(io, `${name}: resumed`);
    });
}
