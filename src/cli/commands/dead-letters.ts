import { join } from 'node:path';
import { userInfo } from 'node:os';
import { Command } from 'commander';
import type { Config } from '../../config.ts';
import type { DecisionOutcome } from '../../engine/dead-letters/decision.ts';
import {
  type DeadLetters,
  listDeadLetters,
  type PartitionLetters,
  showDeadLetters,
} from '../../engine/dead-letters/list.ts';
import { inspect } from '../../engine/inspect.ts';
import { EventLog } from '../../event-log/event-log.ts';
import { configOf } from '../context.ts';
import { type Io, json, line } from '../io.ts';
import { grouped } from '../numbers.ts';
import { runOperation } from '../remote.ts';
import { table } from '../table.ts';

interface Flags {
  readonly json?: boolean;
  readonly reason?: string;
}

export function deadLettersCommand(io: Io): Command {
  const command = new Command('dead-letters')
    .description(
      'what projections could not apply: an event that fails is parked with every later event of its stream',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  projectionist dead-letters list\n  projectionist dead-letters show orders order-17',
    );
  command
    .command('list')
    .description('the parked streams of one projection, or of all')
    .argument('[projection]', 'the projection (default: every one)')
    .option('--json', 'print them as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  projectionist dead-letters list\n  projectionist dead-letters list orders',
    )
    .action(async (name: string | undefined, flags: Flags, self: Command) => {
      const { data } = await configOf(self, io);
      const names = name === undefined ? inspect(data).projections.map((each) => each.name) : [name];
      const lists = names.map((each) => listDeadLetters(data, each));
      if (flags.json === true) json(io, lists);
      else printList(io, lists);
    });
  command
    .command('show')
    .description('one parked stream: the event, the error, the statement, and what waits behind it')
    .argument('<projection>', 'the projection')
    .argument('<stream>', "the stream, or the key of the projection's partitionBy")
    .option('--json', 'print it as JSON, with the first hundred events')
    .addHelpText('after', '\nExamples:\n  projectionist dead-letters show orders order-17')
    .action(async (name: string, partition: string, flags: Flags, self: Command) => {
      const shown = await show(await configOf(self, io), name, partition);
      if (flags.json === true) json(io, shown);
      else printLetters(io, name, shown);
    });
  command
    .command('retry')
    .description('apply the events of a parked stream in order, up to the first that fails again')
    .argument('<projection>', 'the projection')
    .argument('<stream>', "the stream, or the key of the projection's partitionBy")
    .option('--json', 'print the outcome as JSON')
    .addHelpText('after', '\nExamples:\n  projectionist dead-letters retry orders order-17')
    .action(decide(io, 'retry'));
  command
    .command('discard')
    .description('leave the failing event of a parked stream out for good, and apply those behind it')
    .argument('<projection>', 'the projection')
    .argument('<stream>', "the stream, or the key of the projection's partitionBy")
    .requiredOption('--reason <text>', 'why; it is kept with the decision')
    .option('--json', 'print the outcome as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  projectionist dead-letters discard orders order-17 --reason "test data of 3 May"',
    )
    .action(decide(io, 'discard'));
  return command;
}

function decide(io: Io, operation: 'retry' | 'discard') {
  return async (projection: string, partition: string, flags: Flags, self: Command): Promise<void> => {
    const options = { partition, reason: flags.reason ?? null, by: userInfo().username };
    const asked = { operation, projection, options };
    const outcome = await runOperation<DecisionOutcome>(io, await configOf(self, io), asked);
    if (flags.json === true) json(io, outcome);
    else printOutcome(io, operation, outcome);
  };
}

async function show({ data }: Config, projection: string, partition: string): Promise<PartitionLetters> {
  const log = EventLog.open(join(data, 'log.db'));
  try {
    return showDeadLetters(data, projection, partition, (position) => log.eventAt(position));
  } finally {
    await log.close();
  }
}

function printList(io: Io, lists: readonly DeadLetters[]): void {
  const rows = lists.flatMap(({ projection, parked }) =>
    parked.map((each) => [
      projection,
      each.partition,
      grouped(each.position),
      grouped(each.waiting),
      each.type ?? '',
      reasonOf(each),
      each.attempts,
    ]),
  );
  if (rows.length === 0) line(io, 'Nothing is parked.');
  else
    line(
      io,
      table(
        ['projection', 'stream', 'position', 'waiting', 'event', 'error', 'attempts'],
        rows,
        io.out.columns,
      ),
    );
}

/** Event and position stand in columns of their own, and a narrow terminal has room for little more than the reason. */
function reasonOf({ error, type, position }: DeadLetters['parked'][number]): string {
  const known = `${type ?? 'The event'} at position ${position} cannot be applied: `;
  return error.message.startsWith(known) ? error.message.slice(known.length) : error.message;
}

function printLetters(io: Io, projection: string, shown: PartitionLetters): void {
  const { partition, error, statement, letters, waiting } = shown;
  line(io, `${partition} is parked in ${projection} since ${shown.parkedAt}`);
  line(io, `  ${error.message}`);
  if (statement !== null) line(io, `  at the statement: ${statement}`);
  line(io, `  tried ${shown.attempts === 1 ? 'once' : `${shown.attempts} times, last`} at ${shown.triedAt}`);
  line(io);
  for (const { position, time, type, stream, version, data } of letters) {
    line(io, safe(`${grouped(position)}  ${time}  ${type}  ${stream}@${version}`));
    line(io, safe(`    ${JSON.stringify(data)}`));
  }
  if (waiting > letters.length) line(io, `… and ${grouped(waiting - letters.length)} more`);
  line(io);
  line(io, `Try: projectionist dead-letters retry ${projection} ${quoted(partition)}`);
  line(io, ` or: projectionist dead-letters discard ${projection} ${quoted(partition)} --reason "…"`);
}

function printOutcome(
  io: Io,
  operation: 'retry' | 'discard',
  { partition, applied, waiting, error }: DecisionOutcome,
): void {
  const left = operation === 'discard' ? '1 event left out, ' : '';
  const done = `${left}${grouped(applied)} ${applied === 1 ? 'event' : 'events'} applied`;
  if (error === null) line(io, `${partition}: ${done}; nothing waits any more`);
  else {
    line(io, `${partition}: ${done}, ${grouped(waiting)} still ${waiting === 1 ? 'waits' : 'wait'}`);
    line(io, `  ${error.message}`);
  }
}

/** Control characters of somebody's data must not drive the terminal. */
function safe(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}

/** As a shell takes it. */
function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
