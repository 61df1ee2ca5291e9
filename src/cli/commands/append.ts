import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { ProjectionistError } from '../../errors.ts';
import { EventLog } from '../../event-log/event-log.ts';
import type { NewEvent } from '../../event-log/event.ts';
import { type ImportResult, openLines } from '../../event-log/import.ts';
import { parseJson } from '../../event-log/parse-json.ts';
import { loadDefinitions } from '../../projection/load.ts';
import { configOf } from '../context.ts';
import { type Io, json, line } from '../io.ts';
import { grouped, wholeNumber } from '../numbers.ts';
import { ProgressDisplay } from '../progress.ts';

interface AppendFlags {
  readonly skipInvalid?: boolean;
  readonly rejectFile?: string;
  readonly stream?: string;
  readonly expectedVersion?: number;
  readonly json?: boolean;
}

export function appendCommand(io: Io): Command {
  return new Command('append')
    .description('append events to the log from an NDJSON file (gzipped too), or from standard input')
    .argument('[file]', 'the file; - for standard input', '-')
    .option(
      '--skip-invalid',
      'append the good lines and write the bad ones to a reject file, in place of appending nothing',
    )
    .option('--reject-file <file>', 'where --skip-invalid writes them (default: FILE.reject.ndjson)')
    .option('--stream <name>', 'the stream of events that name none')
    .option('--expected-version <number>', 'refuse unless --stream has exactly so many events', wholeNumber)
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  projectionist append events.ndjson\n  echo \'{"stream":"order-1","type":"order.paid","data":{"amount":5}}\' | projectionist append -',
    )
    .action(async (file: string, flags: AppendFlags, command: Command) => {
      const config = await configOf(command, io);
      const { catalogue } = await loadDefinitions(config.projections);
      if (file !== '-' && !existsSync(file))
        throw new ProjectionistError('USAGE', `There is no file ${file}`, {
          hint: 'Name an NDJSON file, or - for standard input.',
        });
      const log = EventLog.open(join(config.data, 'log.db'), { catalogue });
      try {
        await (flags.stream === undefined
          ? importFile(io, log, file, flags)
          : appendToStream(io, log, file, flags));
      } finally {
        await log.close();
      }
    });
}

async function importFile(io: Io, log: EventLog, file: string, flags: AppendFlags): Promise<void> {
  if (flags.expectedVersion !== undefined)
    throw new ProjectionistError('USAGE', '--expected-version needs --stream');
  const progress = new ProgressDisplay(io.error);
  const rejectFile = flags.rejectFile ?? `${file === '-' ? 'events' : file}.reject.ndjson`;
  if (resolve(rejectFile) === resolve(file)) {
    throw new ProjectionistError('USAGE', 'The reject file is the file that is read', {
      hint: 'Give --reject-file another name.',
    });
  }
  const input = file === '-' ? io.input : openLines(file);
  const stop = once(io.ended, 'abort').then(() =>
    input.destroy(new ProjectionistError('CLOSED', 'Interrupted; nothing was appended')),
  );
  stop.catch(() => {});
  const result = await log.importLines(input, {
    skipInvalid: flags.skipInvalid,
    rejectFile,
    onProgress: (lines) => progress.show({ title: 'Appending', done: lines, total: undefined }),
  });
  progress.end();
  if (flags.json === true) json(io, result);
  else line(io, describe(result));
}

function describe(result: ImportResult): string {
  const { appended, duplicates, badLines, bad, rejectFile, position } = result;
  const parts = [
    `Appended ${grouped(appended)} ${appended === 1 ? 'event' : 'events'}; the log is at position ${grouped(position)}`,
  ];
  if (duplicates > 0) parts.push(`Ignored ${grouped(duplicates)} that the log already has`);
  if (badLines > 0)
    parts.push(
      `Left out ${grouped(badLines)} bad lines, which are in ${rejectFile}:`,
      ...bad.map(({ line: number, reason }) => `  line ${number}: ${reason.message}`),
    );
  return parts.join('\n');
}

/** A few events for one stream, all or none. */
async function appendToStream(io: Io, log: EventLog, file: string, flags: AppendFlags): Promise<void> {
  const input = file === '-' ? io.input : openLines(file);
  const lines = (await text(input)).split('\n').filter((row) => row.trim() !== '');
  const events = lines.map((row, index) => parse(row, index + 1));
  const result = await log.append(flags.stream as string, events, { expectedVersion: flags.expectedVersion });
  if (flags.json === true) json(io, result);
  else
    line(
      io,
      `Appended to ${flags.stream}; it is at version ${result.events.at(-1)?.version}, and the log at position ${grouped(result.position)}`,
    );
}

function parse(row: string, number: number): Omit<NewEvent, 'stream'> {
  try {
    return parseJson(row) as Omit<NewEvent, 'stream'>;
  } catch (error) {
    throw new ProjectionistError('EVENT_INVALID', `Line ${number}: ${(error as Error).message}`, {
      evidence: { line: number },
      cause: error,
    });
  }
}
