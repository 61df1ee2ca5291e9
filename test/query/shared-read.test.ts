import { setImmediate as turn } from 'node:timers/promises';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { queryReader } from '../../src/query/query-view.ts';
import { books, TestLibrary } from './library.ts';

let library: TestLibrary;
beforeEach(() => {
  library = new TestLibrary().fill();
});
afterEach(() => library.close());

const SEEN = [1, 2, 3];

/** The ids of all books, as a request of this turn gets them. */
function ask(): unknown[] {
  library.reader.shareTurn();
  return queryReader(library.reader, 'books', new URLSearchParams('select=id&order=id')).rows.map(
    ({ id }) => id,
  );
}

/** Writes a book, as the projector does, once two requests of this turn were answered. */
function commitAmidTurn(id: number): void {
  expect([ask(), ask()]).toEqual([SEEN, SEEN]);
  library.insert('books', { id, title: 'New', status: 'draft' });
}

test('what is asked within a turn is answered as of one moment', () => {
  commitAmidTurn(4);
  expect(ask()).toEqual(SEEN);
});

test('the next turn sees what was committed', async () => {
  commitAmidTurn(4);
  await turn();
  expect(ask()).toEqual([...SEEN, 4]);
  expect(library.reader.db.inTransaction).toBe(false);
});

test('a request alone in its turn takes no transaction', () => {
  ask();
  expect(library.reader.db.inTransaction).toBe(false);
});

test.each([
  ['a commit that was heard of', () => library.reader.look()],
  ['a question for the position', () => void library.reader.position()],
])('%s ends what was shared', (_, end) => {
  commitAmidTurn(4);
  end();
  expect([ask(), ask()]).toEqual([
    [...SEEN, 4],
    [...SEEN, 4],
  ]);
});

test('a snapshot of its own sees what was committed', () => {
  commitAmidTurn(4);
  const ids = library.reader.snapshot(() =>
    library.reader.prepare('SELECT id FROM books ORDER BY id').pluck().all(),
  );
  expect(ids).toEqual([...SEEN, 4]);
});

test('what goes wrong in a snapshot is told as it is, also where it has ended the transaction', () => {
  const { reader } = library;
  const fail = (): never => {
    reader.db.exec('ROLLBACK');
    throw new Error('disk I/O error');
  };
  expect(() => reader.snapshot(fail)).toThrow('disk I/O error');
  expect(ask()).toEqual(SEEN);
});

test("a host's own transaction on the connection is left to the host", () => {
  ask();
  const { db } = library.reader;
  db.exec('BEGIN');
  expect(ask()).toEqual(SEEN);
  library.reader.look();
  expect(db.inTransaction).toBe(true);
  db.exec('COMMIT');
});

test('a host may begin a transaction within a turn that is shared', () => {
  commitAmidTurn(4);
  const orm = drizzle(library.reader.db);
  expect(orm.transaction((tx) => tx.select().from(books).all()).map(({ id }) => id)).toEqual(SEEN);
});

test('a transaction that a fault has ended is not ended again', async () => {
  commitAmidTurn(4);
  library.reader.db.exec('ROLLBACK');
  await turn();
  expect(ask()).toEqual([...SEEN, 4]);
});

test('a reader can be closed within a turn that is shared', async () => {
  commitAmidTurn(4);
  library.reader.close();
  await turn();
  expect(library.reader.db.open).toBe(false);
});
