import { expect, test } from 'vitest';
import { after, type KeyedRow } from '../../../../src/console/browser/views/rows.ts';

const row = (id: string, n: number) => ({ id, n });
const rowsOf = (rows: readonly KeyedRow[]) => rows.map(({ row: each }) => each);

test('a snapshot is all there is, each row under its key', () => {
  const { rows } = after([], { position: 1, rows: [row('a', 1), row('b', 2)] }, ['id']);
  expect(rows).toEqual([
    { key: '{"id":"a"}', row: row('a', 1) },
    { key: '{"id":"b"}', row: row('b', 2) },
  ]);
});

test('changes take out, replace and put in, and leave every other row the same object', () => {
  const before = after([], { position: 1, rows: [row('a', 1), row('b', 2), row('c', 3)] }, ['id']).rows;
  const { rows, changed } = after(
    before,
    {
      position: 2,
      changes: [
        { type: 'delete', key: { id: 'a' } },
        { type: 'update', key: { id: 'b' }, row: row('b', 9) },
        { type: 'insert', key: { id: 'd' }, index: 0, row: row('d', 4) },
      ],
    },
    ['id'],
  );
  expect(rowsOf(rows)).toEqual([row('d', 4), row('b', 9), row('c', 3)]);
  expect(rows[2]).toBe(before[2]);
  expect(changed).toBe(3);
  expect(after(rows, { position: 3, changes: [] }, ['id']).rows).toBe(rows);
});

test('a row that moves is put where it says', () => {
  const before = after([], { position: 1, rows: [row('a', 1), row('b', 2), row('c', 3)] }, ['id']).rows;
  const moved = { type: 'update', key: { id: 'c' }, index: 0, row: row('c', 0) } as const;
  expect(rowsOf(after(before, { position: 2, changes: [moved] }, ['id']).rows)).toEqual([
    row('c', 0),
    row('a', 1),
    row('b', 2),
  ]);
});

test('rows without a key are told apart by where they stand', () => {
  const { rows } = after([], { position: 1, rows: [{ n: 1 }, { n: 1 }] }, []);
  expect(rows.map(({ key }) => key)).toEqual(['0', '1']);
});
