import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { desc, eq, sql } from 'drizzle-orm';
import { blob, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, projection, query } from 'projectionist';
import { z } from 'zod';
import { GenerationReader } from '../../src/query/generation-reader.ts';
import { compiled } from '../projection/memory-run.ts';

/** Views of every type of column and every kind of relation. */
export const authors = sqliteTable('authors', {
  id: integer().primaryKey(),
  name: text().notNull(),
  country: text(),
});

export const books = sqliteTable('books', {
  id: integer().primaryKey(),
  title: text().notNull(),
  status: text({ enum: ['draft', 'printed', 'lost'] }).notNull(),
  authorId: integer('author_id').references(() => authors.id),
  editorId: integer('editor_id').references(() => authors.id),
  pages: integer(),
  price: real(),
  inStock: integer('in_stock', { mode: 'boolean' }),
  printedAt: integer('printed_at', { mode: 'timestamp' }),
  seenAt: integer('seen_at', { mode: 'timestamp_ms' }),
  data: text({ mode: 'json' }),
  copies: blob({ mode: 'bigint' }),
  cover: blob({ mode: 'buffer' }),
});

export const tags = sqliteTable('tags', { name: text().primaryKey() });

export const bookTags = sqliteTable(
  'book_tags',
  {
    bookId: integer('book_id')
      .notNull()
      .references(() => books.id),
    tag: text()
      .notNull()
      .references(() => tags.name),
    weight: integer(),
  },
  (table) => [primaryKey({ columns: [table.bookId, table.tag] })],
);

/** One for each book at most. */
export const blurbs = sqliteTable('blurbs', {
  bookId: integer('book_id')
    .primaryKey()
    .references(() => books.id),
  text: text().notNull(),
});

const events = defineEvents({ 'book.written': { schema: z.object({ id: z.int(), title: z.string() }) } });

export const library = projection({
  name: 'library',
  events,
  views: { authors, books, tags, bookTags, blurbs },
  search: { books: ['title'] },
  on: {
    'book.written': (e, db) =>
      db.insert(books).values({ id: e.data.id, title: e.data.title, status: 'draft' }),
  },
  queries: {
    byAuthor: query(
      { author: z.coerce.number().int(), least: z.coerce.number().default(0) },
      ({ author, least }, db) =>
        db
          .select({
            id: books.id,
            name: books.title,
            inStock: books.inStock,
            cost: sql<number>`coalesce(${books.price}, 0)`,
          })
          .from(books)
          .where(sql`${books.authorId} = ${author} and coalesce(${books.price}, 0) >= ${least}`)
          .orderBy(desc(books.id)),
    ),
    allWithAuthors: query({}, (_, db) =>
      db.select().from(books).innerJoin(authors, eq(books.authorId, authors.id)),
    ),
  },
});

/** The library's generation in a file of its own, written by the test itself. */
export class TestLibrary {
  readonly reader: GenerationReader;
  readonly #folder = mkdtempSync(join(tmpdir(), 'query-'));
  readonly #db: Database.Database;

  constructor() {
    const path = join(this.#folder, 'library.db');
    const { program } = compiled(library);
    this.#db = new Database(path);
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = OFF');
    this.#db.exec(
      'CREATE TABLE projectionist_checkpoint (position INTEGER NOT NULL, revision INTEGER NOT NULL, parked INTEGER NOT NULL); INSERT INTO projectionist_checkpoint VALUES (7, 0, 0)',
    );
    for (const statement of [...Object.values(program.tables), ...program.search]) this.#db.exec(statement);
    this.reader = new GenerationReader({ projection: 'library', number: 1, path, program });
  }

  insert(view: string, ...rows: readonly Readonly<Record<string, unknown>>[]): this {
    for (const row of rows) {
      const columns = Object.keys(row);
      this.#db
        .prepare(`INSERT INTO ${view} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`)
        .run(...Object.values(row));
    }
    return this;
  }

  /** Gathers statistics, as the end of a build does. */
  analyze(): this {
    this.#db.exec('ANALYZE main');
    return this;
  }

  /** Adds an index on `columns`, written as `view (column)`. */
  index(name: string, columns: string): this {
    this.#db.exec(`CREATE INDEX ${name} ON ${columns}`);
    return this;
  }

  /** Removes every row. */
  empty(): this {
    this.#db.exec(
      'DELETE FROM blurbs; DELETE FROM book_tags; DELETE FROM tags; DELETE FROM books; DELETE FROM authors',
    );
    return this;
  }

  /** Three books by two authors. */
  fill(): this {
    return this.insert(
      'authors',
      { id: 1, name: 'Ann', country: 'NZ' },
      { id: 2, name: 'Ben', country: null },
      { id: 3, name: 'Cyd', country: 'FR' },
    )
      .insert(
        'books',
        {
          id: 1,
          title: 'The red house',
          status: 'printed',
          author_id: 1,
          editor_id: 2,
          pages: 100,
          price: 9.5,
          in_stock: 1,
          printed_at: 1_700_000_000,
          seen_at: 1_700_000_000_123,
          data: '{"city":"Rome","n":5,"tags":["a","b"],"ok":true,"deep":{"x":[10,20]}}',
          copies: Buffer.from('12345678901234567890'),
          cover: Buffer.from([0, 255]),
        },
        {
          id: 2,
          title: 'A blue, "quoted" day',
          status: 'draft',
          author_id: 1,
          editor_id: null,
          pages: 250,
          price: null,
          in_stock: 0,
          printed_at: null,
          seen_at: null,
          data: '{"city":"Oslo","n":7.5,"tags":[],"ok":false}',
          copies: null,
          cover: null,
        },
        {
          id: 3,
          title: 'Éclair & red',
          status: 'lost',
          author_id: 2,
          editor_id: 1,
          pages: null,
          price: 20,
          in_stock: null,
          printed_at: 1_600_000_000,
          seen_at: 0,
          data: null,
          copies: Buffer.from('5'),
          cover: null,
        },
      )
      .insert('tags', { name: 'old' }, { name: 'new' })
      .insert(
        'book_tags',
        { book_id: 1, tag: 'old', weight: 3 },
        { book_id: 1, tag: 'new', weight: 1 },
        { book_id: 3, tag: 'new', weight: null },
      )
      .insert('blurbs', { book_id: 1, text: 'Read it' });
  }

  close(): void {
    this.reader.close();
    this.#db.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
