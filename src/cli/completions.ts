import { resolve } from 'node:path';
import type { RootCommand } from '@bomb.sh/tab';
import complete from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { inspect } from '../engine/inspect.ts';
import type { Io } from './io.ts';

/** Arguments that are a projection's name, and those that are a view's. */
const OF_PROJECTIONS = new Set(['name', 'names', 'projection']);
const OF_VIEWS = new Set(['view']);

/** Adds `complete SHELL`, which prints the script that a shell loads, and answers what the script asks. */
export function addCompletions(program: Command, io: Io): void {
  const root: RootCommand = complete(program);
  program.commands
    .find((command) => command.name() === 'complete')
    ?.description('print completions for bash, zsh, fish or powershell')
    .addHelpText('after', '\nExamples:\n  source <(projectionist complete bash)');
  for (const command of root.commands.values()) {
    for (const [argument, { handler: known, variadic }] of command.arguments) {
      const names = OF_PROJECTIONS.has(argument)
        ? 'projections'
        : OF_VIEWS.has(argument)
          ? 'views'
          : undefined;
      if (names === undefined || known !== undefined) continue;
      const suggest = (add: (value: string, description: string) => void): void => {
        for (const name of namesIn(io)[names]) add(name, '');
      };
      command.argument(argument, suggest, variadic);
    }
  }
}

/** Of the folder that the environment names, or the usual one; none where there is nothing yet. */
function namesIn({ environment }: Io): { projections: string[]; views: string[] } {
  try {
    const { projections } = inspect(resolve(environment['PROJECTIONIST_DATA'] ?? 'data'));
    return {
      projections: projections.map(({ name }) => name),
      views: projections.flatMap(({ views }) => views),
    };
  } catch {
    // Somebody who presses a key wants no error message.
    return { projections: [], views: [] };
  }
}
