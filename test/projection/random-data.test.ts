import * as fc from 'fast-check';
import { eq } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, field, forEach, projection, when } from 'projectionist';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { AnyPath } from '../../src/projection/event-path.ts';
import { MemoryRun } from './memory-run.ts';

const events = defineEvents({ happened: { schema: z.unknown() } });
const out = sqliteTable('out', { n: integer().primaryKey(), value: text({ mode: 'json' }), plain: text() });
const values = sqliteTable('values', { n: integer().primaryKey(), value: text({ mode: 'json' }) });

/*
 * A lone backslash is left out: once V8 13.6 has seen an object with that key, its JSON.parse, which these tests
 * compare with, takes keys that are one escaped character for it. SQLite reads them right.
 */

/** Keys that mean something to JavaScript, to JSON paths or to SQL, beside ordinary and arbitrary ones. */
const key = fc
  .oneof(
    fc.constantFrom(
      'a',
      '0',
      '5',
      '-1',
      '01',
      '4294967295',
      '99999999999999999999',
      '',
      '.',
      '$',
      '[0]',
      '"',
      "'",
      'a\\b',
      '\n',
      'a.b',
      '#',
      '#-1',
      'length',
      'then',
      'é',
      '😀',
      'NEW',
      '"]',
    ),
    fc.string({ unit: 'grapheme', maxLength: 5 }),
  )
  .filter((name) => name !== '__proto__' && name !== '\\' && name.isWellFormed());
const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: 'binary', maxLength: 8 }).filter((value) => value.isWellFormed()),
  fc.constantFrom('null', '{"a":1}', '[1]', '0', '', 'a\0b'),
);
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    scalar,
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(key, tie('json'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

/** What JavaScript finds at a path: undefined is no different from null in SQL. */
function at(data: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (here, step) =>
      typeof here === 'object' &&
      here !== null &&
      Object.hasOwn(here, step) &&
      !(Array.isArray(here) && step === 'length')
        ? (here as Record<string, unknown>)[step]
        : null,
    data,
  );
}

/** A value as JSON keeps it; SQLite prints floats in digits of its own. */
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value ?? null)) as unknown;
const close = (value: unknown): unknown =>
  typeof value === 'number'
    ? Number(value.toPrecision(14))
    : Array.isArray(value)
      ? value.map(close)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, close(part)]))
        : value;

const parsed = (rows: unknown[]) =>
  rows.map((row) => {
    const { value } = row as { value: string | null };
    return value === null ? null : close(JSON.parse(value));
  });

function pathsOf(data: unknown): string[][] {
  if (typeof data !== 'object' || data === null) return [[]];
  return [
    [],
    ...Object.entries(data).flatMap(([name, part]) => pathsOf(part).map((rest) => [name, ...rest])),
  ];
}

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 60) };

describe('any JSON', () => {
  it('is found at every path that JavaScript finds, and nowhere else', () => {
    fc.assert(
      fc.property(json, fc.array(key, { maxLength: 3 }), (data, stray) => {
        const paths = [...pathsOf(data).slice(0, 12), stray];
        const definition = projection({
          name: 'random',
          events,
          views: { out },
          on: {
            happened: (e, db) =>
              paths.map((path, n) => {
                const value = path.reduce<AnyPath>((here, step) => field(here, step), e.data);
                return db.insert(out).values({ n, value });
              }),
          },
        });
        const run = new MemoryRun(definition).apply({ type: 'happened', data });
        const expected = paths.map((path) => close(asJson(at(asJson(data), path))));
        expect(parsed(run.rows('SELECT value FROM out ORDER BY n'))).toEqual(expected);
      }),
      runs,
    );
  });

  it('has the items that JavaScript finds, in order, and fields of theirs', () => {
    const definition = projection({
      name: 'items',
      events,
      views: { out, values },
      on: {
        happened: (e, db) =>
          forEach(e.data, (item, index) => [
            db.insert(values).values({ n: index, value: item }),
            when(
              eq(index, index),
              forEach(item, (inner) => db.insert(out).values({ value: inner, plain: inner })),
            ),
            db.update(out).set({ plain: item.a }),
          ]),
      },
    });
    fc.assert(
      fc.property(fc.array(json, { maxLength: 5 }), (data) => {
        const run = new MemoryRun(definition).apply({ type: 'happened', data });
        const items = asJson(data) as unknown[];
        expect(parsed(run.rows('SELECT value FROM "values" ORDER BY n'))).toEqual(items.map(close));
        const inner = items.flatMap((item) =>
          typeof item === 'object' && item !== null ? Object.values(item) : [],
        );
        const found = parsed(run.rows('SELECT value FROM out ORDER BY n'));
        const order = (list: unknown[]) => list.map((value) => JSON.stringify(value)).toSorted();
        expect(order(found)).toEqual(order(inner.map(close)));
      }),
      runs,
    );
  });
});
