import type { EventEmitter } from 'node:events';
import type { Argument, Command, Option } from 'commander';
import { createProgram } from '../../../src/cli/program.ts';
import type { Io } from '../../../src/cli/io.ts';
import { cell, code, table } from './markdown.ts';

/** Every command with its arguments, flags and examples, as the command line declares them. */
export function commandReference(): string {
  const program = createProgram(ioOfNobody());
  const inherited = new Set(program.options.map(({ long }) => long));
  const own = (option: Option): boolean => !inherited.has(option.long) && !option.hidden;
  const commands = program.commands.flatMap((command) =>
    command.commands.length === 0 ? [command] : [...command.commands],
  );
  return commands.map((command) => sectionOf(command, command.options.filter(own))).join('\n\n');
}

function ioOfNobody(): Io {
  const stream = { write: () => true, isTTY: false };
  return { out: stream, error: stream, environment: {} } as unknown as Io;
}

function sectionOf(command: Command, options: readonly Option[]): string {
  const parts = [
    `### ${pathOf(command)}`,
    sentence(command.description()),
    `\`\`\`text\nprojectionist ${pathOf(command)} ${command.usage()}\n\`\`\``,
    ...argumentsOf(command.registeredArguments),
    ...optionsOf(options),
    ...examplesOf(command),
  ];
  return parts.join('\n\n');
}

function pathOf(command: Command): string {
  const parent = command.parent;
  return parent?.parent == null ? command.name() : `${pathOf(parent)} ${command.name()}`;
}

function sentence(text: string): string {
  const capital = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return cell(capital.endsWith('.') ? capital : `${capital}.`);
}

function argumentsOf(all: readonly Argument[]): string[] {
  const described = all.filter(({ description }) => description !== '');
  if (described.length === 0) return [];
  return [
    table(
      ['argument', ''],
      described.map((one) => [code(one.name()), cell(one.description)]),
    ),
  ];
}

function optionsOf(options: readonly Option[]): string[] {
  if (options.length === 0) return [];
  return [
    table(
      ['flag', ''],
      options.map(({ flags, description }) => [code(flags), cell(description)]),
    ),
  ];
}

/** What follows the options in the help. */
function examplesOf(command: Command): string[] {
  let text = '';
  // Commander emits it, and its types do not say so.
  (command as unknown as EventEmitter).emit('afterHelp', {
    error: false,
    command,
    write: (more: string) => (text += more),
  });
  const examples = /Examples?:\n((?: .*\n?)+)/.exec(text)?.[1];
  if (examples === undefined) return [];
  return [`\`\`\`sh\n${examples.replaceAll(/^ {2}/gm, '').trimEnd()}\n\`\`\``];
}
