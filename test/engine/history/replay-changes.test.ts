import { join } from 'node:path';
import { and, eq, sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { RecordedView } from '../../../src/engine/history/change-recorder.ts';
import { replayChanges } from '../../../src/engine/history/replay-changes.ts';
import type { RowChange } from '../../../src/engine/history/row-change.ts';
import { codeOf } from '../../../src/engine/apply/program-code.ts';
import { EventLog } from '../../../src/event-log/event-log.ts';
import { defineEvents, forEach, must, projection } from '../../../src/index.ts';
import type { NewEvent } from '../../../src/event-log/event.ts';
import { compileDefinitions, type LoadedProjection } from '../../../src/projection/load.ts';
import { temporaryFolder } from '../stage.ts';

const events = defineEvents({
  opened: { schema: z.object({ tags: z.array(z.string()) }) },
  renamed: { schema: z.object({ to: z.string() }) },
  counted: { schema: z.object({}) },
  closed: { schema: z.object({}) },
});
const accounts = sqliteTable(
  'accounts',
  {
    id: text().primaryKey(),
    name: text(),
    isOpen: integer('is_open', { mode: 'boolean' }).notNull(),
    count: integer().notNull(),
  },
  (table) => [index('accounts_by_name').on(table.name)],
);
const tags = sqliteTable('tags', { account: text().notNull(), tag: text().notNull() }, (table) => [
  primaryKey({ columns: [table.account, table.tag] }),
]);
const notes = sqliteTable('notes', { text: text() });

const definition = projection({
  name: 'accounts',
  events,
  views: { accounts, tags, notes },
  on: {
    opened: (e, db) => [
      db.insert(accounts).values({ id: e.stream, isOpen: true, count: 0 }),
      forEach(e.data.tags, (tag) => [
        db.insert(tags).values({ account: e.stream, tag }),
        must(
          db
            .update(accounts)
            .set({ count: sql`${accounts.count} + 1` })
            .where(eq(accounts.id, e.stream)),
        ),
      ]),
    ],
    renamed: (e, db) => [
      db.update(accounts).set({ id: e.data.to }).where(eq(accounts.id, e.stream)),
      db
        .update(tags)
        .set({ account: e.data.to })
        .where(and(eq(tags.account, e.stream))),
    ],
    counted: (e, db) => [
      db.insert(notes).values({ text: 'counted' }),
      db.update(accounts).set({ name: null }).where(eq(accounts.id, e.stream)),
    ],
    closed: (e, db) => [
      db.delete(accounts).where(eq(accounts.id, e.stream)),
      db.insert(accounts).values({ id: e.stream, isOpen: false, count: 0 }),
    ],
  },
});

const HISTORY: readonly NewEvent[] = [
  { stream: 'a', type: 'opened', data: { tags: ['x', 'y'] } },
  { stream: 'b', type: 'opened', data: { tags: [] } },
  { stream: 'a', type: 'counted', data: {} },
  { stream: 'a', type: 'renamed', data: { to: 'c' } },
  { stream: 'b', type: 'closed', data: {} },
];

async function changesIn(views: readonly RecordedView[], span?: number): Promise<RowChange[]> {
  const data = temporaryFolder();
  const log = EventLog.open(join(data, 'log.db'));
  onTestFinished(() => log.close());
  await log.appendAll(HISTORY);
  const { compiled } = compileDefinitions([definition]).projections[0] as LoadedProjection;
  const { program } = compiled;
  const path = join(data, 'scratch.db');
  const all: RowChange[] = [];
  const task = { path, program, log: { path: log.path, id: log.id }, to: 5, views, budget: 100, span };
  for await (const { changes } of replayChanges(task, codeOf(compiled))) all.push(...changes);
  return all;
}

const row = (id: string, count: number, isOpen = true) => ({ id, name: null, is_open: isOpen, count });

test('each event tells what it did to each row: once, however many statements did it', async () => {
  expect(await changesIn([{ name: 'accounts' }])).toEqual([
    { view: 'accounts', position: 1, change: 'insert', key: { id: 'a' }, before: null, after: row('a', 2) },
    { view: 'accounts', position: 2, change: 'insert', key: { id: 'b' }, before: null, after: row('b', 0) },
    { view: 'accounts', position: 4, change: 'delete', key: { id: 'a' }, before: row('a', 2), after: null },
    { view: 'accounts', position: 4, change: 'insert', key: { id: 'c' }, before: null, after: row('c', 2) },
    {
      view: 'accounts',
      position: 5,
      change: 'update',
      key: { id: 'b' },
      before: row('b', 0),
      after: row('b', 0, false),
    },
  ]);
});

test('one row, by a key of several columns', async () => {
  const changes = await changesIn([{ name: 'tags', key: ['a', 'y'] }]);
  expect(changes.map(({ position, change, key }) => ({ position, change, key }))).toEqual([
    { position: 1, change: 'insert', key: { account: 'a', tag: 'y' } },
    { position: 4, change: 'delete', key: { account: 'a', tag: 'y' } },
    { position: 4, change: 'insert', key: { account: 'c', tag: 'y' } },
  ]);
});

test('several views are told in the order of positions, those without a key too', async () => {
  const changes = await changesIn([{ name: 'notes' }, { name: 'accounts' }]);
  expect(changes.map(({ position, view }) => `${position} ${view}`)).toEqual([
    '1 accounts',
    '2 accounts',
    '3 notes',
    '4 accounts',
    '4 accounts',
    '5 accounts',
  ]);
  expect(changes[2]).toMatchObject({ key: null, after: { text: 'counted' } });
});

test('batches of one event tell what one batch of all tells', async () => {
  const views = [{ name: 'accounts' }, { name: 'tags' }, { name: 'notes' }];
  expect(await changesIn(views, 1)).toEqual(await changesIn(views));
});

test('versions of a row that may not be shown are told as if they were not there', async () => {
  const visible = { sql: '"accounts"."is_open" = ?', values: [0] };
  expect(await changesIn([{ name: 'accounts', visible }])).toEqual([
    {
      view: 'accounts',
      position: 5,
      change: 'insert',
      key: { id: 'b' },
      before: null,
      after: row('b', 0, false),
    },
  ]);
});
