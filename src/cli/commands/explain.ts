import { Command } from 'commander';
import { describeProgram } from '../../projection/describe-program.ts';
import type { Program } from '../../projection/program.ts';
import { configOf } from '../context.ts';
import { definitionsNamed } from '../definitions.ts';
import { type Io, json, line } from '../io.ts';
import { table } from '../table.ts';

export function explainCommand(io: Io): Command {
  return new Command('explain')
    .description(
      'print the compiled program of a projection: its tables, its triggers, and which event field feeds which column',
    )
    .argument('<name>', 'the projection')
    .option('--json', 'print the program as JSON')
    .addHelpText('after', '\nExamples:\n  projectionist explain orders')
    .action(async (name: string, flags: { json?: boolean }, command: Command) => {
      const { projections } = await configOf(command, io);
      const [loaded] = (await definitionsNamed(projections, [name])).projections;
      const program = loaded?.compiled.program as Program;
      if (flags.json === true) json(io, describeProgram(program));
      else line(io, describe(program));
    });
}

function describe(program: Program): string {
  const { tables, statements } = describeProgram(program);
  const lineage = program.lineage.map(({ view, column, from, eventTypes }) => [
    `${view}.${column}`,
    from.join(', ') || '(constant)',
    eventTypes.join(', '),
  ]);
  return [
    `-- ${program.projection}, program ${program.hash.slice(0, 12)}`,
    '',
    ...tables.map((sql) => `${sql};\n`),
    ...statements.map((sql) => `${sql};\n`),
    '-- Lineage',
    table(['column', 'from', 'events'], lineage),
  ].join('\n');
}
