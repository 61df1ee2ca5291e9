import type { Command } from 'commander';
import { type Config, resolveConfig } from '../config.ts';
import type { Io } from './io.ts';

/** The settings of one run: the command's own flags, those before it, the environment and the file. */
export function configOf(command: Command, io: Io): Promise<Config> {
  return resolveConfig({ flags: command.optsWithGlobals(), environment: io.environment });
}
