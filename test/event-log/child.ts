/** What the tests need another process for. Run by `child` of support.ts. */
import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { tryLock } from '../../src/database/lock.ts';
import { openDatabase } from '../../src/database/open.ts';
import { EventLog } from '../../src/event-log/event-log.ts';

const [task = '', path = '', argument = ''] = process.argv.slice(2);

const tasks: Record<string, () => Promise<void> | void> = {
  /** Appends one event for each message, and answers its position. */
  append() {
    const log = EventLog.open(path);
    process.on('message', (type: string) => {
      void log.append('child', { type, data: {} }).then(({ position }) => process.send?.(position));
    });
    process.send?.('ready');
  },

  /** Appends without end, from several clients at a time, and names each id after it was acknowledged. */
  async appendForever() {
    const log = EventLog.open(path);
    const client = async (name: number): Promise<void> => {
      for (let count = 1; ; count += 1) {
        const id = `${argument}-${name}-${count}`;
        await log.append(`stream-${name}`, { id, type: 'thing.happened', data: { count } });
        process.send?.(id);
      }
    };
    await Promise.all([1, 2, 3, 4].map(client));
  },

  /** Opens the log for the first time when told, beside others that do the same. */
  open() {
    process.once('message', (at: number) => {
      while (Date.now() < at);
      void openAndAppend()
        .then(() => 'opened', String)
        .then((answer) => process.send?.(answer, () => process.disconnect()));
    });
    process.send?.('ready');
  },

  /** Imports the lines of a file and waits for more, which never come; says how far it is. */
  async import() {
    const log = EventLog.open(path);
    const input = new PassThrough();
    input.write(readFileSync(argument));
    await log.importLines(input, { onProgress: (lines) => process.send?.(lines) });
  },

  /** Takes a lock and holds it until it is killed. */
  lock() {
    const lock = tryLock(path);
    process.send?.(lock === undefined ? 'refused' : 'held');
    setInterval(() => {}, 60_000);
  },

  /** Takes a database's write lock and holds it until a message comes. */
  write() {
    const db = openDatabase(path, { purpose: 'durable' });
    db.exec('BEGIN IMMEDIATE');
    process.once('message', () => {
      db.exec('COMMIT');
      process.disconnect();
    });
    process.send?.('writing');
  },
};

async function openAndAppend(): Promise<void> {
  const log = EventLog.open(path);
  await log.append('races', { type: 'race.run', data: {} });
  await log.close();
}

await tasks[task]?.();
