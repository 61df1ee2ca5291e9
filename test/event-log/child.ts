/** What the tests need another process for. Run by `child` of support.ts. */
import { tryLock } from '../../src/database/lock.ts';
import { openDatabase } from '../../src/database/open.ts';
import { EventLog } from '../../src/event-log/event-log.ts';
import { openLines } from '../../src/event-log/import.ts';

const [task = '', path = '', argument = ''] = process.argv.slice(2);

const tasks: Record<string, () => Promise<void> | void> = {
  /** Appends one event for each message, and answers its position. */
  append() {
    const log = EventLog.open(path);
    process.on('message', async (type: string) => {
      const { position } = await log.append('child', { type, data: {} });
      process.send?.(position);
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
    process.once('message', async (at: number) => {
      while (Date.now() < at);
      try {
        const log = EventLog.open(path);
        await log.append('races', { type: 'race.run', data: {} });
        await log.close();
        process.send?.('opened');
      } catch (error) {
        process.send?.(String(error));
      }
      process.disconnect();
    });
    process.send?.('ready');
  },

  /** Imports a file, and says how far it is. */
  async import() {
    const log = EventLog.open(path);
    await log.importLines(openLines(argument), { onProgress: (lines) => process.send?.(lines) });
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

await tasks[task]?.();
