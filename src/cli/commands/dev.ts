import type { Command } from 'commander';
import { configOf } from '../context.ts';
import type { Io } from '../io.ts';
import { runServer } from '../server.ts';
import { serverCommand } from './start.ts';

export function devCommand(io: Io): Command {
  return serverCommand('dev', 'as start, and rebuild what changes whenever a definition file is saved')
    .addHelpText('after', '\nExamples:\n  projectionist dev')
    .action(async (options: { seed?: string }, command: Command) => {
      await runServer(io, await configOf(command, io), { seed: options.seed, isWatching: true });
    });
}
