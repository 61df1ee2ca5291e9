import { sql } from 'drizzle-orm';
import {
  blob,
  check,
  customType,
  foreignKey,
  index,
  integer,
  numeric,
  primaryKey,
  real,
  type SQLiteTable,
  sqliteTable,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import { defineEvents, projection } from 'projectionist';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Program } from '../../src/projection/program.ts';
import { compiled, MemoryRun } from './memory-run.ts';

const events = defineEvents({ happened: { schema: z.unknown() } });

/** The program of a projection with these views; SQLite accepts its DDL. */
function programOf(views: Record<string, SQLiteTable>, search: Record<string, string[]> = {}): Program {
  const [first] = Object.values(views);
  const definition = projection({
    name: 'tables',
    events,
    views,
    search,
    on: { happened: (_, db) => db.delete(first as SQLiteTable) },
  });
  new MemoryRun(definition).apply({ type: 'happened', data: {} });
  return compiled(definition).program;
}

const ddl = (table: SQLiteTable) => Object.values(programOf({ table })['tables']).join();

describe('CREATE TABLE', () => {
  it('has a type of STRICT for each column, and no rowid where the key is not one', () => {
    const table = sqliteTable('t', {
      id: text({ length: 9 }).primaryKey(),
      kind: text({ enum: ['a', 'b'] }).notNull(),
      json: text({ mode: 'json' }),
      n: integer().unique(),
      flag: integer({ mode: 'boolean' }).notNull().default(false),
      at: integer({ mode: 'timestamp_ms' }),
      r: real(),
      b: blob({ mode: 'bigint' }),
    });
    expect(ddl(table)).toBe(
      `CREATE TABLE "t" (
  "id" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "json" TEXT,
  "n" INTEGER UNIQUE,
  "flag" INTEGER NOT NULL,
  "at" INTEGER,
  "r" REAL,
  "b" BLOB,
  PRIMARY KEY ("id")
) STRICT, WITHOUT ROWID`,
    );
  });

  it('keeps a number that is the key as the row number', () => {
    expect(ddl(sqliteTable('t', { id: integer().primaryKey({ autoIncrement: true }) }))).toBe(
      'CREATE TABLE "t" (\n  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL\n) STRICT',
    );
    const apart = sqliteTable('t', { id: integer() }, (t) => [primaryKey({ columns: [t.id] })]);
    expect(ddl(apart)).toBe('CREATE TABLE "t" (\n  "id" INTEGER PRIMARY KEY NOT NULL\n) STRICT');
  });

  it('has composite keys, constraints, checks and foreign keys', () => {
    const parents = sqliteTable('parents', { id: text().primaryKey() });
    const table = sqliteTable(
      't',
      {
        a: text(),
        b: integer(),
        c: text().references(() => parents.id, { onDelete: 'set null' }),
        d: text(),
      },
      (t) => [
        primaryKey({ columns: [t.a, t.b] }),
        unique().on(t.c, t.d),
        check('positive', sql`${t.b} > 0`),
        foreignKey({ columns: [t.d], foreignColumns: [parents.id] }).onUpdate('cascade'),
      ],
    );
    expect(programOf({ table, parents }).tables['t']).toBe(
      `CREATE TABLE "t" (
  "a" TEXT NOT NULL,
  "b" INTEGER NOT NULL,
  "c" TEXT,
  "d" TEXT,
  PRIMARY KEY ("a", "b"),
  UNIQUE ("c", "d"),
  CONSTRAINT "positive" CHECK ("b" > 0),
  FOREIGN KEY ("c") REFERENCES "parents" ("id") ON DELETE SET NULL,
  FOREIGN KEY ("d") REFERENCES "parents" ("id") ON UPDATE CASCADE
) STRICT, WITHOUT ROWID`,
    );
  });

  it('has generated columns', () => {
    const table = sqliteTable('t', {
      a: integer(),
      twice: integer().generatedAlwaysAs(sql`a * 2`),
      thrice: integer().generatedAlwaysAs(sql`a * ${3}`, { mode: 'stored' }),
    });
    expect(ddl(table)).toBe(
      `CREATE TABLE "t" (
  "a" INTEGER,
  "twice" INTEGER GENERATED ALWAYS AS (a * 2) VIRTUAL,
  "thrice" INTEGER GENERATED ALWAYS AS (a * 3) STORED
) STRICT`,
    );
  });

  it('is not STRICT for NUMERIC, which STRICT does not know, and follows affinity for custom types', () => {
    const custom = (dataType: string) => customType<{ data: string }>({ dataType: () => dataType })();
    expect(ddl(sqliteTable('t', { id: text().primaryKey(), n: numeric() }))).toBe(
      `CREATE TABLE "t" (\n  "id" TEXT NOT NULL,\n  "n" NUMERIC,\n  PRIMARY KEY ("id")\n) WITHOUT ROWID`,
    );
    const table = sqliteTable('t', {
      a: custom('varchar(9)'),
      b: custom('bigint'),
      c: custom('double'),
      d: custom('f32_blob(3)'),
    });
    expect(ddl(table)).toBe(
      `CREATE TABLE "t" (\n  "a" TEXT,\n  "b" INTEGER,\n  "c" REAL,\n  "d" BLOB\n) STRICT`,
    );
  });
});

describe('indexes', () => {
  it('are made with the table where they are unique, and apart where they can wait', () => {
    const table = sqliteTable('t', { id: text().primaryKey(), a: text(), b: integer() }, (t) => [
      uniqueIndex('by_a').on(t.a),
      index('by_b').on(t.b, t.a),
      index('lower_a').on(sql`lower(${t.a})`),
      index('large')
        .on(t.b)
        .where(sql`${t.b} > ${10} and ${t.a} = ${"it's"}`),
    ]);
    const program = programOf({ table });
    expect(program.tables['t']).toMatch(/;\nCREATE UNIQUE INDEX "by_a" ON "t" \("a"\)$/);
    expect(program.indexes).toEqual([
      { name: 'by_b', sql: 'CREATE INDEX "by_b" ON "t" ("b", "a")' },
      { name: 'lower_a', sql: 'CREATE INDEX "lower_a" ON "t" (lower("a"))' },
      { name: 'large', sql: `CREATE INDEX "large" ON "t" ("b") WHERE "b" > 10 and "a" = 'it''s'` },
    ]);
  });
});

describe('full-text search', () => {
  it('is a table beside the view, and triggers that keep it', () => {
    const notes = sqliteTable('notes', { id: text().primaryKey(), body: text('the body') });
    const program = programOf({ notes }, { notes: ['body'] });
    expect(program.tables['notes']).toBe(
      `CREATE TABLE "notes" (
  "projectionist_rowid" INTEGER PRIMARY KEY,
  "id" TEXT NOT NULL,
  "the body" TEXT,
  UNIQUE ("id")
) STRICT`,
    );
    expect(program.search).toEqual([
      `CREATE VIRTUAL TABLE "notes_search" USING fts5 ("the body", content="notes", content_rowid="projectionist_rowid")`,
      `CREATE TRIGGER "notes_search_insert" AFTER INSERT ON "notes" BEGIN INSERT INTO "notes_search" (rowid, "the body") VALUES (NEW."projectionist_rowid", NEW."the body"); END`,
      `CREATE TRIGGER "notes_search_delete" AFTER DELETE ON "notes" BEGIN INSERT INTO "notes_search" ("notes_search", rowid, "the body") VALUES ('delete', OLD."projectionist_rowid", OLD."the body"); END`,
      `CREATE TRIGGER "notes_search_update" AFTER UPDATE ON "notes" BEGIN INSERT INTO "notes_search" ("notes_search", rowid, "the body") VALUES ('delete', OLD."projectionist_rowid", OLD."the body"); INSERT INTO "notes_search" (rowid, "the body") VALUES (NEW."projectionist_rowid", NEW."the body"); END`,
    ]);
  });
});
