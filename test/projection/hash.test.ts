import { eq, sql } from 'drizzle-orm';
import { index, integer, type SQLiteTable, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, fn, projection } from 'projectionist';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Handler } from '../../src/projection/define.ts';
import { canonicalSource } from '../../src/projection/function-source.ts';
import { compiled } from './memory-run.ts';

type Data = { readonly id: string };
interface Variant {
  readonly handler?: Handler<Data>;
  readonly upcast?: Record<number, (old: never) => unknown>;
  readonly table?: SQLiteTable;
}

const table = sqliteTable('t', { id: text().primaryKey(), n: integer() });
const add: Handler<Data> = (e, db) => db.insert(table).values({ id: e.data.id, n: 1 });

const clear =
  (view: SQLiteTable): Handler<Data> =>
  (_, db) =>
    db.delete(view);

function hashOf({
  upcast,
  table: view = table,
  handler = view === table ? add : clear(view),
}: Variant): string {
  const events = defineEvents({ happened: { schema: z.object({ id: z.string() }), upcast } });
  return compiled(projection({ name: 'hashed', events, views: { view }, on: { happened: handler } })).program
    .hash;
}

describe('the hash of a program', () => {
  const same = (name: string, variant: Variant, other: Variant = {}) =>
    it(`stays when ${name}`, () => expect(hashOf(variant)).toBe(hashOf(other)));
  const differs = (name: string, variant: Variant, other: Variant = {}) =>
    it(`changes when ${name}`, () => expect(hashOf(variant)).not.toBe(hashOf(other)));

  // oxfmt-ignore
  same('a handler is laid out differently', { handler: (event, database) => { /* why */ return [database.insert(table).values({ n: 1,   id: event.data.id })]; } });
  same(
    'a column has another name in TypeScript',
    { table: sqliteTable('t', { id: text().primaryKey(), amount: integer('n') }) },
    { handler: clear(table) },
  );
  same(
    'a template is laid out differently',
    { handler: (_, db) => db.delete(table).where(sql`${table.n} > 1`) },
    { handler: (_, db) => db.delete(table).where(sql`\n  ${table.n} -- why\n    > 1\n`) },
  );
  same(
    'a function is laid out differently',
    { handler: (e, db) => db.delete(table).where(eq(table.id, fn('f', (x: string) => x.trim())(e.data.id))) },
    // oxfmt-ignore
    { handler: (e, db) => db.delete(table).where(eq(table.id, fn('f', (x: string) =>  /* why */  x .trim( ))(e.data.id))) },
  );
  same(
    'an upcaster is laid out differently',
    { upcast: { 1: (old) => [old] } },
    { upcast: { 1: (old) => /* why */ [old] } },
  );

  differs('a statement does', { handler: (e, db) => db.insert(table).values({ id: e.data.id, n: 2 }) });
  differs(
    'the order of statements does',
    { handler: (e, db) => [db.delete(table), add(e, db)] },
    { handler: (e, db) => [add(e, db), db.delete(table)] },
  );
  differs('a path does', { handler: (e, db) => db.insert(table).values({ id: e.id, n: 1 }) });
  differs(
    'a table does',
    { table: sqliteTable('t', { id: text().primaryKey(), n: integer().notNull() }) },
    { handler: clear(table) },
  );
  differs(
    'an index does',
    { table: sqliteTable('t', { id: text().primaryKey(), n: integer() }, (t) => [index('i').on(t.n)]) },
    { handler: clear(table) },
  );
  differs('a schema version does', { upcast: { 1: (old) => old } });
  differs('an upcaster does', { upcast: { 1: (old) => old } }, { upcast: { 1: () => ({}) } });
  differs(
    'a function does',
    { handler: (e, db) => db.delete(table).where(eq(table.id, fn('f', (x: string) => x.trim())(e.data.id))) },
    {
      handler: (e, db) =>
        db.delete(table).where(eq(table.id, fn('f', (x: string) => x.trimEnd())(e.data.id))),
    },
  );
});

describe('canonicalSource', () => {
  it('sees neither formatting nor comments, but names, literals and order', () => {
    // oxfmt-ignore
    const loose = (a: number, b: string) =>   { /* why */ return [ a, b, `x${a}`, /y/g, 10n, "q" ] };
    const tight = (a: number, b: string) => {
      return [a, b, `x${a}`, /y/g, 10n, 'q'];
    };
    expect(canonicalSource(loose)).toBe(canonicalSource(tight));
    expect(canonicalSource(() => 1)).not.toBe(canonicalSource(() => 2));
    expect(canonicalSource(() => /a/)).not.toBe(canonicalSource(() => /a/i));
    expect(canonicalSource(() => 1n)).not.toBe(canonicalSource(() => 2n));
    expect(canonicalSource((a: number, b: number) => a - b)).not.toBe(
      canonicalSource((a: number, b: number) => b - a),
    );
  });

  it('reads methods, and takes native functions by name', () => {
    const { method } = { method: (value: string) => value };
    expect(canonicalSource(method)).toContain('Identifier');
    expect(canonicalSource(Math.abs)).toContain('abs');
  });
});
