import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { createProjectionist, defineEvents, projection } from 'projectionist';
import { createClient } from 'projectionist/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { shop } from './support.ts';

const recipes = sqliteTable('recipes', {
  id: text().primaryKey(),
  name: text().notNull(),
  tags: text({ mode: 'json' }).$type<string[]>().notNull(),
  origin: text({ mode: 'json' }).$type<{ country: string }>().notNull(),
  minutes: integer(),
});

const recipesProjection = projection({
  name: 'recipes',
  events: defineEvents({
    'recipe.written': {
      schema: z.strictObject({
        name: z.string(),
        tags: z.array(z.string()),
        origin: z.object({ country: z.string() }),
        minutes: z.int().nullable(),
      }),
    },
  }),
  views: { recipes },
  search: { recipes: ['name'] },
  on: {
    'recipe.written': (e, db) =>
      db.insert(recipes).values({
        id: e.stream,
        name: e.data.name,
        tags: e.data.tags,
        origin: e.data.origin,
        minutes: e.data.minutes,
      }),
  },
});

const written = [
  { name: 'Potato soup', tags: ['soup', 'winter'], origin: { country: 'DE' }, minutes: 40 },
  { name: 'Cold cucumber soup', tags: ['soup', 'summer'], origin: { country: 'BG' }, minutes: 10 },
  { name: 'Potato salad (warm)', tags: ['salad'], origin: { country: 'DE' }, minutes: null },
  { name: 'Bread, "dark"', tags: [], origin: { country: 'AT' }, minutes: 180 },
];

describe('filters', () => {
  const folder = mkdtempSync(join(tmpdir(), 'projectionist-client-'));
  let projectionist: Awaited<ReturnType<typeof createProjectionist>>;
  beforeAll(async () => {
    projectionist = await createProjectionist({ data: folder, projections: [recipesProjection] });
    projectionist.start();
    for (const [index, data] of written.entries())
      await projectionist.log.append(`r-${index}`, { type: 'recipe.written', data });
    await projectionist.ready();
  });
  afterAll(async () => {
    await projectionist.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const view = () =>
    createClient<[typeof recipesProjection]>('http://localhost', {
      fetch: (url, request) => projectionist.app.request(url, request as RequestInit),
    }).view('recipes');
  type View = ReturnType<typeof view>;

  test.each<[string, (view: View) => View, readonly number[]]>([
    ['match', (v) => v.match('name', '^(Potato|Bread)'), [0, 2, 3]],
    ['imatch', (v) => v.imatch('name', '^potato s[ao]'), [0, 2]],
    [
      'match, of a word with the signs of lists',
      (v) => v.match('name', String.raw`\(warm\)$|, "dark"$`),
      [2, 3],
    ],
    [
      'match in a group',
      (v) => v.or((is) => [is.match('name', '^Bread, "d'), is.imatch('name', '^COLD')]),
      [1, 3],
    ],
    ['isDistinct, from what is null too', (v) => v.isDistinct('minutes', 40), [1, 2, 3]],
    ['neq, which knows nothing of null', (v) => v.neq('minutes', 40), [1, 3]],
    ['is not_null', (v) => v.is('minutes', 'not_null'), [0, 1, 3]],
    ['is unknown', (v) => v.is('minutes', 'unknown'), [2]],
    ['anyOf', (v) => v.anyOf('name', 'ilike', ['*SALAD*', 'bread, "*']), [2, 3]],
    ['allOf', (v) => v.allOf('name', 'like', ['Potato*', '*soup']), [0]],
    ['allOf of numbers', (v) => v.allOf('minutes', 'gt', [5, 20]), [0, 3]],
    ['anyOf in a group', (v) => v.not((is) => is.anyOf('minutes', 'eq', [40, 180])), [1]],
    ['anyOf nothing', (v) => v.anyOf('name', 'eq', []), []],
    ['contains', (v) => v.contains('tags', ['soup']), [0, 1]],
    ['contains, of an object', (v) => v.contains('origin', { country: 'DE' }), [0, 2]],
    [
      'contains in a group',
      (v) => v.or((is) => [is.contains('tags', ['salad']), is.contains('tags', ['winter'])]),
      [0, 2],
    ],
    ['containedIn', (v) => v.containedIn('tags', ['soup', 'winter', 'salad']), [0, 2, 3]],
    ['overlaps', (v) => v.overlaps('tags', ['winter', 'summer']), [0, 1]],
    ['search for words', (v) => v.search('name', 'soup cold'), [1]],
    ['search for a phrase', (v) => v.search('name', 'potato soup', { as: 'phrase' }), [0]],
    ['search as on the web', (v) => v.search('name', 'potato -salad', { as: 'web' }), [0]],
    ['search by an expression', (v) => v.search('name', 'cucumber | bread', { as: 'expression' }), [1, 3]],
    ['search in a group', (v) => v.or((is) => [is.search('name', 'salad'), is.eq('minutes', 180)]), [2, 3]],
    ['a parameter as the API spells it', (v) => v.parameter('or', '(minutes.eq.10,minutes.eq.40)'), [0, 1]],
  ])('%s', async (_, ask, expected) => {
    const rows = await ask(view()).order('id').select('id');
    expect(rows.map(({ id }) => id)).toEqual(expected.map((index) => `r-${index}`));
  });

  test('a pattern that cannot be read is refused by its name', async () => {
    await expect(view().match('name', '(')).rejects.toMatchObject({
      code: 'PATTERN_INVALID',
      postgrestCode: '2201B',
    });
  });

  test('rows come as CSV', async () => {
    const csv = await view().select('name', 'minutes').order('id').limit(2).csv();
    expect(csv.trim().split(/\r?\n/)).toEqual(['name,minutes', 'Potato soup,40', 'Cold cucumber soup,10']);
  });

  test.each(['exact', 'planned', 'estimated'] as const)('%s counts are asked for', async (count) => {
    const { rows, total } = await view().limit(1).withMeta({ count });
    expect(rows).toHaveLength(1);
    expect(total).toBe(4);
  });
});

test('embedded rows are cut by a parameter', async () => {
  const { client } = await shop();
  const rows = await client
    .view('orders')
    .selectAs<{ order_lines: object[] }>('id,order_lines(*)')
    .parameter('order_lines.limit', '1')
    .limit(20);
  expect(rows.map(({ order_lines: lines }) => lines.length)).toEqual(rows.map(() => 1));
});

describe('a replay', () => {
  test('has the result as of each step, and ends', async () => {
    const { client } = await shop();
    const seen = [];
    const query = client.view('orders').select('id', 'status').order('id').limit(3);
    for await (const { position, rows, time } of query.replay({ from: 0, to: 30, step: 10 })) {
      expect(rows).toEqual(await query.asOf(position));
      expect(time === undefined).toBe(position === 0);
      seen.push(position);
    }
    expect(seen).toEqual([0, 10, 20, 30]);
  });

  test('is left early, and ends with its signal', async () => {
    const { client } = await shop();
    const stop = new AbortController();
    let count = 0;
    for await (const _ of client.view('orders').replay({ step: 1, signal: stop.signal })) {
      count += 1;
      if (count === 3) stop.abort();
    }
    expect(count).toBe(3);
    for await (const { position } of client.view('orders').replay({ from: 5 })) {
      expect(position).toBe(5);
      break;
    }
  });

  test('that cannot be is refused', async () => {
    const { client } = await shop();
    await expect(client.view('orders').replay({ to: 1e9 }).next()).rejects.toMatchObject({
      code: 'POSITION_AHEAD',
    });
  });
});
