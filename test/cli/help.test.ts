import { Readable } from 'node:stream';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { createProgram } from '../../src/cli/program.ts';

let printed = '';
const out = {
  write: (text: string): void => {
    printed += text;
  },
};
const io: Io = {
  out,
  error: out,
  input: Readable.from([]),
  environment: {},
  ended: new AbortController().signal,
};

const withNested = (command: Command): Command[] => [command, ...command.commands.flatMap(withNested)];
const commands = createProgram(io)
  .commands.flatMap(withNested)
  .filter((command) => command.name() !== 'complete');

test.each(commands.map((command) => [command.name(), command] as const))(
  'the help of %s has examples, and says what everything is that it takes',
  (_, command) => {
    printed = '';
    command.outputHelp();
    expect(printed).toContain('\nExamples:\n  ');
    expect(command.description()).not.toBe('');
    for (const argument of command.registeredArguments) expect(argument.description).not.toBe('');
    for (const option of command.options) expect(option.description).not.toBe('');
  },
);
