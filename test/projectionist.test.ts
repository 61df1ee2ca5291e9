import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { and, desc, eq, gt, sql } from 'drizzle-orm';
import { integer, type SQLiteTable, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { Hono } from 'hono';
import {
  createProjectionist,
  defineEvents,
  fn,
  type Notice,
  projection,
  type Projection,
  type Projectionist,
  type ProjectionistOptions,
} from 'projectionist';
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { orders } from '../projections/orders.ts';
import { products } from '../projections/products.ts';

const samples = fileURLToPath(new URL('../projections', import.meta.url));

const events = defineEvents({
  'word.said': {
    schema: z.strictObject({ word: z.string().min(1) }),
    upcast: { 1: (old: { text: string }) => ({ word: old.text }) },
  },
});

const words = sqliteTable('words', {
  word: text().primaryKey(),
  shout: text().notNull(),
  times: integer().notNull(),
  position: integer().notNull(),
});

const shout = fn('shout', (word: string) => `${word.toUpperCase()}!`);

/** With a function and an upcaster, which as an object no other thread could have. */
const wordsProjection = projection({
  name: 'words',
  events,
  views: { words },
  on: {
    'word.said': (e, db) =>
      db
        .insert(words)
        .values({ word: e.data.word, shout: shout(e.data.word), times: 1, position: e.position })
        .onConflictDoUpdate({ target: words.word, set: { times: sql`${words.times} + 1` } }),
  },
});

const letters = sqliteTable('letters', { length: integer().primaryKey(), words: integer().notNull() });

/** Data alone: it runs in a thread of its own. */
const lettersProjection = projection({
  name: 'letters',
  events: defineEvents({ 'letter.counted': { schema: z.strictObject({ length: z.int() }) } }),
  views: { letters },
  on: {
    'letter.counted': (e, db) =>
      db
        .insert(letters)
        .values({ length: e.data.length, words: 1 })
        .onConflictDoUpdate({ target: letters.length, set: { words: sql`${letters.words} + 1` } }),
  },
});

let data: string;
let opened: Projectionist[];

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'projectionist-embedded-'));
  opened = [];
});

afterEach(async () => {
  for (const p of opened.toReversed()) await p.close();
  rmSync(data, { recursive: true });
});

async function open(options: ProjectionistOptions): Promise<Projectionist> {
  const p = await createProjectionist({ data, ...options });
  opened.push(p);
  return p;
}

function say(word: string) {
  return { type: 'word.said', data: { word } };
}

function placed(customerId: string, quantity: number) {
  const items = [{ productId: 'cof-01', name: 'House Espresso 1 kg', quantity, unitPrice: 2190 }];
  return { type: 'order.placed', data: { customerId, items } };
}

describe('definitions of a folder', () => {
  test('are found, built and answer typed selects', async () => {
    const p = await open({ projections: samples });
    await p.log.append('order-1', placed('ada', 2));
    await p.log.append('order-2', placed('ada', 5));
    await p.log.append('order-3', placed('bob', 9));
    p.start();
    await p.ready();

    const ada = p.view(orders).where(and(eq(orders.customerId, 'ada'), gt(orders.itemCount, 1)));
    const rows = ada.orderBy(desc(orders.itemCount)).limit(1).all();
    expect(rows).toMatchObject([{ id: 'order-2', itemCount: 5, totalCents: 10950, paidAt: null }]);
    expectTypeOf(rows).toEqualTypeOf<(typeof orders.$inferSelect)[]>();
    expectTypeOf(p.view(orders).all()).toEqualTypeOf<(typeof orders.$inferSelect)[]>();

    expect(await p.view(products)).toMatchObject([{ id: 'cof-01', unitsReserved: 16 }]);
    expect(p.view(orders).where(eq(orders.id, 'order-9')).get()).toBeUndefined();
  });

  test('are built of an empty log too, before ready() resolves', async () => {
    const p = await open({ projections: samples });
    p.start();
    await p.ready();
    expect(p.view(orders).all()).toEqual([]);
    expect(p.status().map(({ state }) => state)).toEqual(['live', 'live', 'live']);
  });
});

describe('definitions that are handed over as objects', () => {
  test('may have functions and upcasters, and run on the thread of their owner', async () => {
    const p = await open({ projections: [wordsProjection] });
    await p.log.append('talk', [say('hello'), { ...say(''), schemaVersion: 1, data: { text: 'world' } }]);
    p.start();
    await p.ready();
    await p.log.append('talk', say('hello'));
    await p.ready();
    expect(p.view(words).orderBy(words.word).all()).toEqual([
      { word: 'hello', shout: 'HELLO!', times: 2, position: 1 },
      { word: 'world', shout: 'WORLD!', times: 1, position: 2 },
    ]);
  });

  test('run beside others that have a thread of their own', async () => {
    const p = await open({ projections: [wordsProjection, lettersProjection] });
    p.start();
    await p.log.appendAll([
      { stream: 'talk', ...say('hi') },
      { stream: 'talk', type: 'letter.counted', data: { length: 2 } },
    ]);
    await p.ready();
    expect(p.view(words).all()).toHaveLength(1);
    expect(p.view(letters).all()).toEqual([{ length: 2, words: 1 }]);
  });

  test('give the same rows live, rebuilt, and when the folder is opened again', async () => {
    const first = await open({ projections: [wordsProjection] });
    first.start();
    for (let number = 0; number < 50; number += 1) await first.log.append('talk', say(`word ${number % 7}`));
    await first.ready();
    const rows = first.view(words).all();
    expect(await first.rebuild('words')).toBe(2);
    expect(first.view(words).all()).toEqual(rows);
    await first.close();

    const second = await open({ projections: [wordsProjection] });
    second.start();
    await second.ready();
    expect(second.view(words).all()).toEqual(rows);
    expect(second.status()[0]?.generation).toBe(2);
  });

  test('cannot be loaded again', async () => {
    const p = await open({ projections: [wordsProjection] });
    await expect(p.reload()).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('are refused with every problem they have, and nothing is opened', async () => {
    const both = [wordsProjection, wordsProjection];
    await expect(createProjectionist({ data, projections: both })).rejects.toMatchObject({
      code: 'DEFINITION_INVALID',
      message: expect.stringMatching(
        /projection words is already declared[\s\S]*view words is already declared/,
      ),
    });
    expect(existsSync(join(data, 'log.db'))).toBe(false);
  });
});

describe('an append', () => {
  test('is read back by whoever waits for its position', async () => {
    const p = await open({ projections: [wordsProjection] });
    p.start();
    for (const word of ['one', 'two', 'three']) {
      const { position } = await p.log.append('talk', say(word));
      await p.waitFor('words', position);
      expect(p.view(words).where(eq(words.word, word)).get()).toMatchObject({ position });
    }
  });

  test('that does not match the catalogue of the projections is refused', async () => {
    const p = await open({ projections: [wordsProjection] });
    await expect(p.log.append('talk', say(''))).rejects.toMatchObject({ code: 'EVENT_INVALID' });
    await expect(p.log.append('talk', { type: 'word.sung', data: {} })).rejects.toMatchObject({
      code: 'EVENT_TYPE_UNKNOWN',
    });
    expect(p.log.head()).toBe(0);
  });

  test('gets its time from the clock that was passed in', async () => {
    const p = await open({ projections: [wordsProjection], now: () => new Date('2026-05-06T07:08:09Z') });
    await p.log.append('talk', say('now'));
    expect([...p.log.readAll()]).toMatchObject([{ time: '2026-05-06T07:08:09.000Z' }]);
  });
});

describe('waiting', () => {
  test('ends with an error when the position does not come', async () => {
    const p = await open({ projections: [wordsProjection] });
    p.start();
    await p.ready();
    await expect(p.waitFor('words', 1, 1)).rejects.toMatchObject({
      code: 'WAIT_TIMEOUT',
      evidence: { expected: 1, actual: 0 },
    });
  });

  test('for a projection that does not exist is refused, with the names of those that do', async () => {
    const p = await open({ projections: [wordsProjection] });
    expect(() => p.waitFor('wrds', 1)).toThrow(expect.objectContaining({ code: 'PROJECTION_UNKNOWN' }));
  });
});

describe('the app', () => {
  test("is mounted in somebody else's", async () => {
    const p = await open({ projections: [wordsProjection] });
    p.start();
    const { position } = await p.log.append('talk', say('hello'));
    await p.waitFor('words', position);
    const site = new Hono().get('/', (c) => c.text('a shop')).route('/read', p.app);

    const answer = await site.request('/read/views/words?word=eq.hello');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual([{ word: 'hello', shout: 'HELLO!', times: 1, position: 1 }]);
    expect(await (await site.request('/')).text()).toBe('a shop');
    expect((await site.request('/read/healthz')).status).toBe(200);
  });

  test('answers what is not there with a problem of its own, and leaves the rest of the site alone', async () => {
    const p = await open({ projections: [wordsProjection] });
    const site = new Hono().route('/read', p.app).notFound((c) => c.text('no such page', 404));
    const problem = await site.request('/read/views/wrds');
    expect(problem.headers.get('Content-Type')).toContain('application/problem+json');
    expect(problem.status).toBeGreaterThanOrEqual(400);
    expect(await (await site.request('/elsewhere')).text()).toBe('no such page');
  });
});

describe('a data folder', () => {
  test('has one projectionist at a time', async () => {
    const first = await open({ projections: [wordsProjection] });
    await expect(createProjectionist({ data, projections: [wordsProjection] })).rejects.toMatchObject({
      code: 'LOCKED',
    });
    first.start();
    await first.log.append('talk', say('still here'));
    await first.ready();
    expect(first.view(words).all()).toHaveLength(1);
    await first.close();
    await expect(open({ projections: [wordsProjection] })).resolves.toBeDefined();
  });
});

describe('closing', () => {
  test('twice, and at the same time, is fine', async () => {
    const p = await open({ projections: [wordsProjection, lettersProjection] });
    p.start();
    await p.ready();
    await expect(Promise.all([p.close(), p.close()])).resolves.toBeDefined();
    await expect(p.close()).resolves.toBeUndefined();
  });

  test('before the start is fine', async () => {
    const p = await open({ projections: samples });
    await p.close();
    expect(existsSync(join(data, 'log.db'))).toBe(true);
  });

  test('happens by itself at the end of an `await using`', async () => {
    {
      await using p = await createProjectionist({ data, projections: [wordsProjection] });
      p.start();
      await p.log.append('talk', say('bye'));
    }
    const again = await open({ projections: [wordsProjection] });
    expect(again.log.head()).toBe(1);
  });

  test.each<[string, Projection, SQLiteTable, string, object]>([
    [
      'on a thread of its own',
      lettersProjection,
      letters,
      'words',
      { type: 'letter.counted', data: { length: 3 } },
    ],
    ['on the thread of its owner', wordsProjection, words, 'times', say('again')],
  ])(
    'during a build %s leaves what the next start can finish',
    async (_, definition, view, counter, event) => {
      const first = await open({ projections: [definition] });
      const line = `${JSON.stringify({ stream: 's', ...event })}\n`;
      await first.importLines(Readable.from(Array.from({ length: 30_000 }, () => line)));
      first.start();
      const isReady = first.ready().catch((error: unknown) => error);
      await first.close();
      expect(await isReady).toMatchObject({ code: 'CLOSED' });

      const notices: Notice[] = [];
      const second = await open({ projections: [definition], announce: (notice) => notices.push(notice) });
      second.start();
      await second.ready();
      expect(second.view(view).all()).toEqual([expect.objectContaining({ [counter]: 30_000 })]);
      expect(notices.map(({ kind }) => kind)).toContain('went-live');
    },
  );

  test('refuses what comes after it', async () => {
    const p = await open({ projections: [wordsProjection] });
    await p.close();
    await expect(p.log.append('talk', say('too late'))).rejects.toMatchObject({ code: 'CLOSED' });
  });
});
