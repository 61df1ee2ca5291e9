import { AssertionError } from 'node:assert';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, fn, projection } from 'projectionist';
import { given } from 'projectionist/testing';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import accountsProjection, { accounts, movements } from './accounts.ts';

const opened = { type: 'account.opened', data: { owner: 'Ada' } } as const;
const ada = { id: 'test', owner: 'Ada', balanceCents: 0, openedAt: '2026-01-01T00:00:00.000Z' };

function moved(cents: number) {
  return { type: 'money.moved', data: { cents } } as const;
}

function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('Nothing was thrown');
}

describe('a sentence of given, when and then', () => {
  test('says what rows a view has after some events', () => {
    given(accountsProjection)
      .when(opened)
      .when([moved(500), moved(-120)])
      .then(accounts, [{ ...ada, balanceCents: 380 }]);
  });

  test('may say it of several views, and of several moments', () => {
    given(accountsProjection, opened)
      .then(accounts, [ada])
      .then(movements, [])
      .when({ type: 'account.closed', data: {} })
      .then(accounts, []);
  });

  test('may begin with nothing', () => {
    given(accountsProjection).then(accounts, []).then(movements, []);
  });

  test('is the same in whatever order rows are expected', () => {
    const both = given(accountsProjection, opened, { ...opened, stream: 'b' });
    const [a, b] = both.rows(accounts);
    both.then(accounts, [a!, b!]).then(accounts, [b!, a!]);
  });

  test('leaves a scenario as it was when more happens', () => {
    const before = given(accountsProjection, opened);
    before.when(moved(1));
    before.then(accounts, [ada]);
  });
});

describe('what an event leaves out', () => {
  const rows = given(accountsProjection, opened, moved(1), moved(2)).rows(movements);

  test('is an id that is the same at every run, and another for each event', () => {
    expect(rows.map(({ id }) => id)).toEqual([
      '00000000-0000-7000-8000-000000000002',
      '00000000-0000-7000-8000-000000000003',
    ]);
  });

  test("is the stream 'test'", () => {
    expect(rows.map(({ account, number }) => [account, number])).toEqual([
      ['test', 2],
      ['test', 3],
    ]);
  });

  test('is a time a minute after the event before', () => {
    const others = ['b', 'c'].map((stream) => ({ ...opened, stream }));
    const times = given(accountsProjection, { ...opened, time: '2026-03-01T12:00:00+01:00' }, ...others).rows(
      accounts,
    );
    expect(times.map(({ openedAt }) => openedAt)).toEqual([
      '2026-03-01T11:01:00.000Z',
      '2026-03-01T11:02:00.000Z',
      '2026-03-01T11:00:00.000Z',
    ]);
  });
});

describe('events are those that a log would take', () => {
  test('an event that does not match its schema is refused at once, in given and in when', () => {
    const wrong = { type: 'account.opened', data: { owner: '' } } as const;
    expect(() => given(accountsProjection, wrong)).toThrow(
      expect.objectContaining({ code: 'EVENT_INVALID' }),
    );
    expect(() => given(accountsProjection).when(wrong)).toThrow(/data\.owner/);
  });

  test('a type that the catalogue lacks is refused, by TypeScript too', () => {
    // @ts-expect-error -- a slip of the pen
    expect(() => given(accountsProjection).when({ type: 'account.open', data: { owner: 'Ada' } })).toThrow(
      expect.objectContaining({ code: 'EVENT_TYPE_UNKNOWN' }),
    );
  });

  test('data is checked by TypeScript, type by type', () => {
    // @ts-expect-error -- the data of another type
    expect(() => given(accountsProjection).when({ type: 'account.opened', data: { cents: 1 } })).toThrow(
      /owner/,
    );
  });

  test('an event of an old schema version is upcast', () => {
    given(accountsProjection, opened)
      .when({ type: 'money.moved', schemaVersion: 1, data: { euros: 1.5 } })
      .then(accounts, [{ ...ada, balanceCents: 150 }]);
  });

  test('an event that was given before, by its id, changes nothing', () => {
    given(accountsProjection, opened, { ...moved(5), id: 'once' })
      .when({ ...moved(5), id: 'once' })
      .then(accounts, [{ ...ada, balanceCents: 5 }]);
  });
});

describe('when the rows are not those expected', () => {
  const error = thrownBy(() => given(accountsProjection, opened).then(accounts, [{ ...ada, owner: 'Bob' }]));

  test("the error is node:assert's, with both sides for a test runner to compare", () => {
    expect(error).toBeInstanceOf(AssertionError);
    expect(error).toMatchObject({ actual: [ada], expected: [{ ...ada, owner: 'Bob' }] });
  });

  test('its message names the view and shows the difference', () => {
    expect(error.message).toContain('The rows of accounts are not those expected');
    expect(error.message).toMatch(/^\+ .*Ada/m);
    expect(error.message).toMatch(/^- .*Bob/m);
  });

  test('its stack begins where the sentence stands', () => {
    expect(error.stack?.split('\n').find((line) => line.trim().startsWith('at '))).toContain('given.test.ts');
  });

  test.each([
    ['a row too many', [ada, { ...ada, id: 'other' }]],
    ['a row too few', []],
    ['the same row twice', [ada, ada]],
  ])('%s is told', (_, rows) => {
    expect(() => given(accountsProjection, opened).then(accounts, rows)).toThrow(AssertionError);
  });

  test('a table of another projection is refused, with the names of those that it has', () => {
    const other = sqliteTable('other', { id: text().primaryKey() });
    // @ts-expect-error -- no view of this projection
    const error = thrownBy(() => given(accountsProjection).then(other, []));
    expect(error).toMatchObject({ code: 'USAGE', hint: 'Its views are accounts, movements.' });
  });
});

describe('an event that cannot be applied', () => {
  const orphan = given(accountsProjection).when(moved(5));

  test('can be expected by its code, by a part of its message, or by a pattern', () => {
    orphan
      .thenFails()
      .thenFails('APPLY_FAILED')
      .thenFails('changed no row')
      .thenFails(/^money\.moved at position 1/);
  });

  test('fails an expectation of rows with its own error', () => {
    expect(() => orphan.then(accounts, [])).toThrow(
      expect.objectContaining({
        code: 'APPLY_FAILED',
        evidence: expect.objectContaining({ eventType: 'money.moved' }),
      }),
    );
  });

  test('is missed when every event was applied', () => {
    expect(() => given(accountsProjection, opened).thenFails('changed no row')).toThrow(
      /Every event was applied/,
    );
  });

  test('is not the one expected when its message is another', () => {
    expect(() => orphan.thenFails('UNIQUE constraint')).toThrow(AssertionError);
  });
});

describe('the rows are the same however the events are applied', () => {
  const events = defineEvents({ seen: { schema: z.object({ word: z.string() }) } });
  const words = sqliteTable('words', { id: text().primaryKey(), word: text() });

  function projectionWith(implementation: (word: string) => string) {
    const change = fn('change', implementation);
    return projection({
      name: 'words',
      events,
      views: { words },
      on: { seen: (e, db) => db.insert(words).values({ id: e.id, word: change(e.data.word) }) },
    });
  }

  const seen = Array.from('abcdefghi', (word) => ({ type: 'seen', data: { word } }) as const);

  test('a pure function passes', () => {
    given(
      projectionWith((word) => word.toUpperCase()),
      ...seen,
    ).thenReplaysAlike();
  });

  test('a function that counts its calls is found out, by then and by thenReplaysAlike', () => {
    let calls = 0;
    const impure = projectionWith((word) => `${word} ${(calls += 1)}`);
    expect(() => given(impure, ...seen).thenReplaysAlike()).toThrow(
      /The rows of words depend on how the events are applied/,
    );
    expect(() => given(impure, ...seen).then(words, [])).toThrow(/depend on how/);
  });
});

describe('a definition that does not compile', () => {
  test('is refused with its problems', () => {
    const table = sqliteTable('t', { id: text().primaryKey() });
    const broken = projection({
      name: 'broken',
      events: defineEvents({ seen: { schema: z.object({}) } }),
      views: { table },
      // @ts-expect-error -- no such type
      on: { lost: () => [] },
    });
    expect(() => given(broken)).toThrow(expect.objectContaining({ code: 'DEFINITION_INVALID' }));
  });

  test('and what is no definition at all says so', () => {
    expect(() => given({} as never)).toThrow(/given\(\) takes a projection/);
  });
});

describe('a scenario has a method named then, and yet is no promise', () => {
  test('returned from a test after an assertion, it does no harm', async () => {
    const scenario = given(accountsProjection, opened).then(accounts, [ada]);
    await expect(Promise.resolve(scenario as unknown)).resolves.toBeUndefined();
  });

  test('awaited before an assertion, it fails and says why', async () => {
    const scenario = given(accountsProjection, opened);
    await expect(Promise.resolve(scenario as unknown)).rejects.toThrow(/before anything was asserted/);
  });
});
