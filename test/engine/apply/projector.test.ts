import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connectFeed, openGeneration } from '../../../src/engine/generations/generation-file.ts';
import { codeOf } from '../../../src/engine/apply/program-code.ts';
import { Projector } from '../../../src/engine/apply/projector.ts';
import { EventLog } from '../../../src/event-log/event-log.ts';
import type { Projection } from '../../../src/projection/define.ts';
import { compileDefinitions, type LoadedProjection } from '../../../src/projection/load.ts';
import {
  accountsProjection,
  deposited,
  history,
  type LedgerEvent,
  noted,
  notesProjection,
  opened,
  strictAccounts,
} from '../ledger.ts';
import { contentsOf, temporaryFolder, withDatabase } from '../stage.ts';

async function logWith(data: string, events: readonly LedgerEvent[]): Promise<EventLog> {
  const log = EventLog.open(join(data, 'log.db'));
  onTestFinished(() => log.close());
  if (events.length > 0) await log.appendAll(events);
  return log;
}

/** A projector on a generation file of its own, or on one that another projector has too. */
function projectorOn(data: string, log: EventLog, definition: Projection, file = 'view.db') {
  const { compiled } = compileDefinitions([definition]).projections[0] as LoadedProjection;
  const { program } = compiled;
  const db = openGeneration(join(data, file), program, log.id, 'derived');
  onTestFinished(() => void db.close());
  connectFeed(db, program, log.path);
  return { db, projector: new Projector(db, program, codeOf(compiled)), path: join(data, file) };
}

function deleteEvent(log: EventLog, position: number): void {
  withDatabase(log.path, (db) => db.prepare('DELETE FROM events WHERE position = ?').run(position));
}

const stored = (db: { prepare(sql: string): { get(): unknown } }): unknown =>
  db.prepare('SELECT position FROM projectionist_checkpoint').get();

test.each([
  ['first', 4],
  ['middle', 6],
  ['last', 8],
])(
  'an event missing as the %s of a batch stops it loudly, and nothing of the batch stays',
  async (_, missing) => {
    const data = temporaryFolder();
    const log = await logWith(data, history(10, 1));
    const { db, projector, path } = projectorOn(data, log, accountsProjection());
    projector.apply(3);
    const before = contentsOf(path);
    deleteEvent(log, missing);
    expect(() => projector.apply(8)).toThrow(
      expect.objectContaining({ code: 'LOG_GAP', evidence: { projection: 'accounts', position: missing } }),
    );
    expect(contentsOf(path)).toBe(before);
    expect(stored(db)).toEqual({ position: 3 });
    expect(projector.position).toBe(3);
  },
);

test('a batch of one event after another equals one batch of all', async () => {
  const data = temporaryFolder();
  const log = await logWith(data, history(7, 5));
  const one = projectorOn(data, log, accountsProjection(), 'one.db');
  const all = projectorOn(data, log, accountsProjection(), 'all.db');
  for (let position = 1; position <= log.head(); position += 1) one.projector.apply(position);
  all.projector.apply(log.head());
  expect(contentsOf(one.path)).toBe(contentsOf(all.path));
});

test('rare events applied through the index give what a scan gives', async () => {
  const data = temporaryFolder();
  const log = await logWith(
    data,
    history(40, 10).flatMap((event, index) => (index % 50 === 0 ? [noted(`note ${index}`), event] : [event])),
  );
  const dense = projectorOn(data, log, notesProjection(), 'dense.db');
  const sparse = projectorOn(data, log, notesProjection(), 'sparse.db');
  dense.projector.apply(log.head(), 1);
  const share = sparse.projector.share(log.head());
  expect(share).toBeLessThan(1 / 8);
  sparse.projector.apply(log.head(), share);
  expect(contentsOf(sparse.path)).toBe(contentsOf(dense.path));
  expect(dense.db.prepare('SELECT count(*) FROM notes').pluck().get()).toBe(9);
});

test('of two projectors on one generation the second fails, and nothing is applied twice', async () => {
  const data = temporaryFolder();
  const log = await logWith(data, [opened('a'), deposited('a', 1), deposited('a', 2), deposited('a', 4)]);
  const first = projectorOn(data, log, accountsProjection());
  const second = projectorOn(data, log, accountsProjection());
  first.projector.apply(2);
  const moved = expect.objectContaining({
    code: 'CHECKPOINT_MOVED',
    evidence: { projection: 'accounts', expected: 0, actual: 2 },
  });
  expect(() => second.projector.apply(4)).toThrow(moved);
  // Even where the rows would not have shown it: these events alone raise no error a second time.
  expect(() => second.projector.applyOrPark(4)).toThrow(moved);
  first.projector.apply(4);
  expect(first.db.prepare('SELECT balance FROM accounts').pluck().get()).toBe(7);
});

test('around an event that cannot be applied everything before it is committed, and nothing after', async () => {
  const data = temporaryFolder();
  const events = [...history(20, 2), deposited('nobody', 1), deposited('account-1', 100)];
  const log = await logWith(data, events);
  const { db, projector } = projectorOn(data, log, strictAccounts());
  expect(() => projector.apply(log.head())).toThrow('changed no row');
  expect(stored(db)).toEqual({ position: 0 });
  let error: unknown;
  try {
    projector.applyOrPark(log.head());
  } catch (thrown) {
    error = thrown;
  }
  const culprit = [...log.readAll({ after: 60, limit: 1 })][0];
  expect(error).toMatchObject({
    code: 'APPLY_FAILED',
    evidence: {
      projection: 'accounts',
      position: 61,
      eventId: culprit?.id,
      eventType: 'account.deposited',
      stream: 'nobody',
    },
  });
  expect(stored(db)).toEqual({ position: 60 });
  expect(db.prepare("SELECT balance FROM accounts WHERE id = 'account-1'").pluck().get()).toBe(3);
});

test('a batch that is under way holds up no append', async () => {
  const data = temporaryFolder();
  const log = await logWith(data, history(5, 1));
  const { db, projector } = projectorOn(data, log, accountsProjection());
  const during: unknown[] = [];
  // Called from inside the batch's transaction, for each row that it writes.
  db.function('append_now', { directOnly: false }, () => {
    during.push(
      withDatabase(log.path, (writer) => {
        writer.pragma('busy_timeout = 0');
        writer.exec('BEGIN IMMEDIATE');
        writer.exec('ROLLBACK');
        return 'free';
      }),
    );
    return 1;
  });
  db.exec('CREATE TEMP TRIGGER probe AFTER INSERT ON main.accounts BEGIN SELECT append_now(); END');
  projector.apply(log.head());
  expect(during).toEqual(Array.from({ length: 5 }, () => 'free'));
});

test('a checkpoint names the event that it stands at', async () => {
  const data = temporaryFolder();
  const log = await logWith(data, history(3, 1));
  const { db, projector } = projectorOn(data, log, accountsProjection());
  projector.apply(5);
  const [event] = [...log.readAll({ after: 4, limit: 1 })];
  expect(db.prepare('SELECT position, event_id AS id FROM projectionist_checkpoint').get()).toEqual({
    position: 5,
    id: event?.id,
  });
});
