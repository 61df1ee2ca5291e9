import { join } from 'node:path';
import { Command } from 'commander';
import { ProjectionistError } from '../../errors.ts';
import { checkLog, type LogReport } from '../../event-log/check-log.ts';
import { configOf } from '../context.ts';
import { type Io, json, line } from '../io.ts';
import { grouped } from '../numbers.ts';

export function logCommand(io: Io): Command {
  return new Command('log')
    .description('work on the log itself')
    .addHelpText('after', '\nExamples:\n  projectionist log check')
    .addCommand(checkCommand(io));
}

function checkCommand(io: Io): Command {
  return new Command('check')
    .description(
      'read the whole log and report damage, gaps, versions out of order, invalid events and repeated ids; beside a server too',
    )
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  projectionist log check\n  projectionist log check --data backup --json',
    )
    .action(async (flags: { json?: boolean }, command: Command) => {
      const { data } = await configOf(command, io);
      const report = await checkLog(join(data, 'log.db'), {
        onCheck: (name) => flags.json === true || io.error.write(stepText(io, `Checking ${name}`)),
        signal: io.ended,
      }).finally(() => flags.json !== true && io.error.isTTY === true && io.error.write(CLEAR_LINE));
      if (flags.json === true) json(io, report);
      else line(io, describe(report));
      if (!report.isSound) throw damaged(report);
    });
}

/** xterm's control sequence that empties the line, with the cursor at its beginning. */
const CLEAR_LINE = '\r\u001B[K';

/** On a terminal one step takes the place of the one before. */
function stepText({ error }: Io, text: string): string {
  return error.isTTY === true ? `${CLEAR_LINE}${text}` : `${text}\n`;
}

function describe({ file, head, events, problems, isSound, found }: LogReport): string {
  if (isSound)
    return `${file} is sound: ${grouped(events ?? 0)} events, up to position ${grouped(head ?? 0)}`;
  const lines = problems.map(
    ({ check, position, message }) =>
      `${check}: ${position === null ? '' : `position ${position}: `}${message}`,
  );
  if (found > problems.length) lines.push(`and ${grouped(found - problems.length)} more`);
  return lines.join('\n');
}

function damaged({ file, found, problems }: LogReport): ProjectionistError {
  const position = problems.find((problem) => problem.position !== null)?.position ?? undefined;
  return new ProjectionistError(
    'LOG_DAMAGED',
    `${file} has ${grouped(found)} ${found === 1 ? 'problem' : 'problems'}`,
    {
      hint: 'Keep the file, restore the log from a backup (docs/operating.md), and look at the disk.',
      evidence: { file, position },
    },
  );
}
