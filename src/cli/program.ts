import { Command } from 'commander';
import { appendCommand } from './commands/append.ts';
import { backupCommand } from './commands/backup.ts';
import { checkCommand } from './commands/check.ts';
import { deadLettersCommand } from './commands/dead-letters.ts';
import { devCommand } from './commands/dev.ts';
import { eventsCommand } from './commands/events.ts';
import { explainCommand } from './commands/explain.ts';
import { inferCommand } from './commands/infer.ts';
import { initCommand } from './commands/init.ts';
import { logCommand } from './commands/log.ts';
import { pauseCommand, resumeCommand } from './commands/pause.ts';
import { queryCommand } from './commands/query.ts';
import { rebuildCommand } from './commands/rebuild.ts';
import { replayCommand } from './commands/replay.ts';
import { resetCommand } from './commands/reset.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { startCommand } from './commands/start.ts';
import { statusCommand } from './commands/status.ts';
import { addCompletions } from './completions.ts';
import type { Io } from './io.ts';
import { traceCommand } from './commands/trace.ts';
import { verifyCommand } from './commands/verify.ts';
import { version } from './version.ts';

/** The commands, as `--help` lists them. */
const COMMANDS: Readonly<Record<string, readonly ((io: Io) => Command)[]>> = {
  'Begin:': [initCommand, inferCommand, checkCommand, explainCommand],
  'Run:': [devCommand, startCommand, statusCommand],
  'Events:': [appendCommand, eventsCommand, logCommand],
  'Views:': [queryCommand, traceCommand, replayCommand],
  'Projections:': [
    rebuildCommand,
    rollbackCommand,
    verifyCommand,
    deadLettersCommand,
    pauseCommand,
    resumeCommand,
    resetCommand,
  ],
  'Data:': [backupCommand],
};

/** The whole command line, declared. */
export function createProgram(io: Io): Command {
  const program = new Command('projectionist')
    .description(
      'Turns an event log into SQLite read models that stay current, rebuild without downtime, and are queried over HTTP.',
    )
    .version(version(), '-V, --version', 'print the version')
    .option('--data <dir>', 'folder of the log and the views (PROJECTIONIST_DATA; default data)')
    .option(
      '--projections <dir>',
      'folder of the definition files (PROJECTIONIST_PROJECTIONS; default projections)',
    )
    .option(
      '--config <file>',
      'settings file (PROJECTIONIST_CONFIG; default projectionist.config.ts, optional)',
    )
    .configureOutput({
      writeOut: (text) => io.out.write(text),
      writeErr: (text) => io.error.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'Error: ')),
    })
    // Long names of options leave little room beside them; to wrap there is better than not to wrap at all.
    .configureHelp({ minWidthToWrap: 24 })
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('Try: projectionist --help');
  for (const [heading, commands] of Object.entries(COMMANDS))
    for (const make of commands)
      program.addCommand(inherit(make(io), program, 'projectionist').helpGroup(heading));
  program.commandsGroup('Other:').helpCommand('help [command]', 'print the help of a command');
  addCompletions(program, io);
  return program;
}

/** Settings may stand after the command too, which is where people write them. */
function inherit(command: Command, program: Command, parent: string): Command {
  const path = `${parent} ${command.name()}`;
  for (const option of program.options.filter(({ long }) => long !== '--version')) command.addOption(option);
  for (const nested of command.commands) inherit(nested, program, path);
  if (command.commands.length > 0) command.helpCommand(false);
  return command.copyInheritedSettings(program).showHelpAfterError(`Try: ${path} --help`);
}
