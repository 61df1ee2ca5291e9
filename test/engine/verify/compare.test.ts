import { expect, onTestFinished, test } from 'vitest';
import { openDatabase, type SqliteDatabase } from '../../../src/database/open.ts';
import type { ViewDescription } from '../../../src/projection/program.ts';
import { compareView, REPLAYED } from '../../../src/engine/verify/compare.ts';
import { keyRanges } from '../../../src/engine/verify/key-ranges.ts';
import { randomFrom } from '../../fault/random.ts';

type Row = readonly [string, number, string | null];

function view(primaryKey: readonly string[]): ViewDescription {
  const column = (name: string, sqlType: 'TEXT' | 'INTEGER') =>
    ({ name, key: name, sqlType, kind: 'any', isNullable: true, values: undefined }) as const;
  return {
    name: 'rows',
    columns: [column('a', 'TEXT'), column('b', 'INTEGER'), column('text', 'TEXT')],
    primaryKey,
    references: [],
    searchColumns: [],
  };
}

/** A database with the rows of one side, to which the other's are attached. */
function sides(key: string, live: readonly Row[], replayed: readonly Row[]): SqliteDatabase {
  const db = openDatabase(':memory:', { purpose: 'derived' });
  onTestFinished(() => void db.close());
  db.exec(`ATTACH ':memory:' AS ${REPLAYED}`);
  for (const [schema, rows] of [
    ['main', live],
    [REPLAYED, replayed],
  ] as const) {
    db.exec(`CREATE TABLE ${schema}.rows (a TEXT NOT NULL, b INTEGER NOT NULL, text TEXT${key})`);
    const insert = db.prepare(`INSERT INTO ${schema}.rows VALUES (?, ?, ?)`);
    db.exec('BEGIN');
    for (const row of rows) insert.run(...row);
    db.exec('COMMIT');
  }
  return db;
}

/** How many pauses a generator made, and what it came to. */
function outcomeOf<T>(steps: Generator<void, T>): { readonly steps: number; readonly value: T } {
  for (let count = 0; ; count += 1) {
    const { done, value } = steps.next();
    if (done === true) return { steps: count, value };
  }
}

const KEY = ', PRIMARY KEY (a, b)';
const rowsUpTo = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => [
    `a${index % 7}`,
    index,
    index % 5 === 0 ? null : `text ${index}`,
  ]);

test.each([
  ['none', [], []],
  ['as many on both sides', [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]],
  ['one side alone', [], [1, 2, 3, 4, 5, 6, 7]],
  ['each side somewhere else', [1, 2, 3, 4], [11, 12, 13, 14, 15]],
])('ranges hold every key once, and few of them: %s', (_, left, right) => {
  const rows = (numbers: readonly number[]): Row[] => numbers.map((b) => ['a', b, null]);
  const db = sides(KEY, rows(left), rows(right));
  for (const size of [1, 2, 3, 100]) {
    const found = [...keyRanges(db, view(['a', 'b']), ['main', REPLAYED], size)].map(({ where, values }) =>
      ['main', REPLAYED].map((schema) =>
        db
          .prepare(`SELECT b FROM ${schema}.rows AS x WHERE ${where('x')} ORDER BY a, b`)
          .pluck()
          .all(...values),
      ),
    );
    expect(found.flatMap(([main]) => main)).toEqual(left);
    expect(found.flatMap(([, other]) => other)).toEqual(right);
    expect(found.flat().every((range) => (range?.length ?? 0) <= size)).toBe(true);
  }
});

test('a large view is compared step by step, by its key and without one', () => {
  const rows = rowsUpTo(10_000);
  const other = rows.toReversed();
  const keyed = outcomeOf(compareView(sides(KEY, rows, other), view(['a', 'b'])));
  const bag = outcomeOf(compareView(sides('', rows, other), view([])));
  for (const { steps, value } of [keyed, bag]) {
    expect(steps).toBeGreaterThan(2);
    expect(value).toEqual({ comparison: { view: 'rows', rows: 10_000, differing: 0 }, first: undefined });
  }
});

test.each([1, 2, 3, 4])(
  'what differs is counted and the first of it named, wherever it stands (seed %i)',
  (seed) => {
    const random = randomFrom(seed);
    const live = rowsUpTo(9000).filter(() => random() > 0.001);
    const replayed = rowsUpTo(9000)
      .filter(() => random() > 0.001)
      .map((row): Row => (random() > 0.001 ? row : [row[0], row[1], 'another']));
    const known = new Map(replayed.map((row) => [`${row[0]} ${row[1]}`, row[2]]));
    const liveKeys = new Set(live.map((row) => `${row[0]} ${row[1]}`));
    const own = live.filter((row) => known.get(`${row[0]} ${row[1]}`) !== row[2]);
    const missing = replayed.filter((row) => !liveKeys.has(`${row[0]} ${row[1]}`));
    const byKey = (one: Row, two: Row): number =>
      one[0] === two[0] ? one[1] - two[1] : one[0] < two[0] ? -1 : 1;
    const [first] = [...own, ...missing].toSorted(byKey);
    const { value } = outcomeOf(compareView(sides(KEY, live, replayed), view(['a', 'b'])));
    expect(value.comparison).toEqual({
      view: 'rows',
      rows: live.length,
      differing: own.length + missing.length,
    });
    expect(value.first?.key.map(String)).toEqual(first?.slice(0, 2).map(String));
  },
);

test('a row that is there once too often differs, where rows have no key', () => {
  const rows: Row[] = [
    ['a', 1, null],
    ['a', 1, null],
    ['b', 2, 'x'],
  ];
  const { value } = outcomeOf(compareView(sides('', rows, rows.slice(1)), view([])));
  expect(value.comparison).toEqual({ view: 'rows', rows: 3, differing: 2 });
  expect(value.first?.live).toMatchObject({ a: 'a' });
});
