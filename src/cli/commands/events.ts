import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { ProjectionistError } from '../../errors.ts';
import { EventLog } from '../../event-log/event-log.ts';
import type { RecordedEvent } from '../../event-log/event.ts';
import { didYouMean } from '../../nearest.ts';
import { configOf } from '../context.ts';
import { type Io, line } from '../io.ts';
import { wholeNumber } from '../numbers.ts';

interface EventsFlags {
  readonly stream?: string;
  readonly type?: string[];
  readonly after: number;
  readonly limit?: number;
  readonly follow?: boolean;
  readonly json?: boolean;
}

export function eventsCommand(io: Io): Command {
  return new Command('events')
    .description('print events of the log, in order')
    .option('--stream <name>', 'only this stream')
    .option('--type <type...>', 'only these event types')
    .option('--after <position>', 'only what comes after this position', wholeNumber, 0)
    .option('--limit <number>', 'at most so many (default 20; all with --follow)', wholeNumber)
    .option('--follow', 'go on printing as events are appended')
    .option('--json', 'print one JSON object a line, complete')
    .addHelpText(
      'after',
      '\nExamples:\n  projectionist events --stream order-1001\n  projectionist events --type order.paid --follow --json',
    )
    .action(async (flags: EventsFlags, command: Command) => {
      const { data } = await configOf(command, io);
      const path = join(data, 'log.db');
      if (!existsSync(path))
        throw new ProjectionistError('DATA_FOLDER_UNUSABLE', `There is no log in ${data}`, {
          hint: 'Check --data, or append some events first.',
        });
      const log = EventLog.open(path);
      try {
        await printEvents(io, log, flags);
      } finally {
        await log.close();
      }
    });
}

async function printEvents(io: Io, log: EventLog, flags: EventsFlags): Promise<void> {
  const filter = { stream: flags.stream, types: flags.type };
  const print = (event: RecordedEvent): void =>
    line(io, flags.json === true ? JSON.stringify(event) : describe(event, io.out.columns));
  if (flags.follow !== true) {
    const events = log.readAll({ ...filter, after: flags.after, limit: flags.limit ?? 20 });
    let count = 0;
    for (const event of events) {
      print(event);
      count += 1;
    }
    if (count === 0) io.error.write(`${nothingThere(log, flags)}\n`);
    return;
  }
  let left = flags.limit ?? Number.POSITIVE_INFINITY;
  for await (const event of log.subscribe(flags.after, { ...filter, signal: io.ended })) {
    print(event);
    left -= 1;
    if (left <= 0) return;
  }
}

/** Why nothing is printed, as far as it can be told. */
function nothingThere(log: EventLog, { type: types = [], stream, after }: EventsFlags): string {
  const known = log.types().map(({ type }) => type);
  const unknown = types.find((type) => !known.includes(type));
  if (unknown !== undefined)
    return `The log has no event of type ${unknown}. ${didYouMean(unknown, known)}Types: ${known.join(', ') || 'none yet'}.`;
  if (stream !== undefined && log.read(stream).next().done === true)
    return `The log has no stream ${stream}.`;
  if (log.head() === 0) return 'The log is empty.';
  return `There is no such event${after > 0 ? ` after position ${after}` : ''}.`;
}

function describe(event: RecordedEvent, columns = 120): string {
  const { position, time, type, stream, version, data } = event;
  const text =
    `${String(position).padStart(8)}  ${time}  ${type}  ${stream}@${version}  ${JSON.stringify(data)}`.replaceAll(
      /\p{Cc}/gu,
      ' ',
    );
  return text.length > columns ? `${text.slice(0, columns - 1)}…` : text;
}
