import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, projection } from 'projectionist';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { type AgainstProgress, checkAgainst } from '../../../src/engine/check-against/check-against.ts';
import type { EventDefinitions } from '../../../src/event-log/catalogue.ts';
import { EventLog } from '../../../src/event-log/event-log.ts';
import { compileDefinitions } from '../../../src/projection/load.ts';
import { deposited, history, noted, notesProjection, opened, strictAccounts } from '../ledger.ts';
import { temporaryFolder } from '../stage.ts';

/** Where the system keeps temporary files: nothing of a check may stay in it. */
let temporary: string;
beforeEach(() => {
  temporary = temporaryFolder();
  vi.stubEnv('TMPDIR', temporary);
});
afterEach(() => {
  vi.unstubAllEnvs();
  const left = readdirSync(temporary);
  if (left.length > 0) throw new Error(`A check has left ${left.join(', ')} behind`);
});

/** A data folder with a log of these events, which nothing has checked. */
async function logged(events: readonly object[], { isOpen = false } = {}): Promise<string> {
  const data = join(folder(), 'data');
  mkdirSync(data);
  const log = EventLog.open(join(data, 'log.db'));
  if (isOpen) onTestFinished(() => log.close());
  if (events.length > 0) await log.appendAll(events as never);
  if (!isOpen) await log.close();
  return data;
}

/** A folder outside the one that is to be empty in the end. */
function folder(): string {
  vi.unstubAllEnvs();
  const made = temporaryFolder();
  vi.stubEnv('TMPDIR', temporary);
  return made;
}

const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
const digests = (data: string): object =>
  Object.fromEntries(
    readdirSync(data)
      .toSorted()
      .map((name) => [name, digest(join(data, name))]),
  );

const accounts = () => compileDefinitions([strictAccounts(), notesProjection()]);

const things = sqliteTable('things', { id: text().primaryKey(), price: integer() });

function shop(events: EventDefinitions) {
  const definition = projection({
    name: 'things',
    events: defineEvents(events),
    views: { things },
    on: {
      'thing.priced': (e, db) =>
        db.insert(things).values({ id: e.stream, price: (e.data as unknown as { price: never }).price }),
    },
  });
  return compileDefinitions([definition]);
}

const priced = (stream: string, schemaVersion: number, data: unknown) => ({
  id: `evt-${stream}`,
  stream,
  type: 'thing.priced',
  schemaVersion,
  data,
});

test('definitions that fit the log have nothing to report, and the log is left as it was', async () => {
  const data = await logged([...history(300, 4), noted('a')]);
  const before = digests(data);
  const report = await checkAgainst(data, accounts());
  const fine = { position: 1501, parked: 0, waiting: 0, onError: 'park', stoppedBy: null };
  expect(report).toEqual({
    head: 1501,
    checked: 1501,
    projections: [
      { projection: 'accounts', ...fine, onError: 'stop' },
      { projection: 'notes', ...fine },
    ],
    findings: [],
    unknownTypes: [],
  });
  expect(digests(data)).toEqual(before);
});

test('a log that is in use is checked beside its writer, and not written to', async () => {
  const data = await logged(history(10, 2), { isOpen: true });
  const files = ['log.db', 'log.db-wal'].map((name) => join(data, name));
  const before = files.map(digest);
  expect((await checkAgainst(join(data, 'log.db'), accounts())).findings).toEqual([]);
  expect(files.map(digest)).toEqual(before);
});

test('events that a program cannot apply are reported by projection, type and reason, with the first', async () => {
  const data = await logged([
    opened('a'),
    { ...deposited('nobody', 1), id: 'evt-first' },
    deposited('a', 1),
    deposited('nobody', 2),
    deposited('nowhere', 3),
  ]);
  const { findings, projections } = await checkAgainst(data, accounts());
  expect(findings).toEqual([
    {
      projection: 'accounts',
      eventType: 'account.deposited',
      reason: expect.stringContaining('changed no row') as string,
      events: 2,
      position: 2,
      eventId: 'evt-first',
    },
  ]);
  expect(projections[0]).toMatchObject({ position: 5, parked: 2, waiting: 1, stoppedBy: null });
});

test('upcasters that fail, and results that no longer fit the schema, are reported without any data', async () => {
  const events = shop({
    'thing.priced': {
      schema: z.object({ price: z.int() }),
      upcast: {
        1: (old: { cost: { amount: unknown } }) => ({ cost: old.cost.amount }),
        2: (old: { cost: unknown }) => ({ price: old.cost }),
      },
    },
  });
  const data = await logged([
    priced('a', 1, { cost: { amount: 5 } }),
    priced('b', 1, { cost: { amount: 'top secret' } }),
    priced('c', 2, { cost: 'top secret too' }),
    priced('d', 1, { name: 'top secret as well' }),
    priced('e', 3, { price: 7 }),
    { ...priced('f', 1, {}), type: 'thing.unheard-of' },
  ]);
  const report = await checkAgainst(data, events);
  expect(report.checked).toBe(5);
  expect(report.unknownTypes).toEqual([{ type: 'thing.unheard-of', events: 1 }]);
  expect(report.findings.filter(({ projection: name }) => name === null)).toEqual([
    {
      projection: null,
      eventType: 'thing.priced',
      reason: 'data.price: Invalid input: expected number, received string',
      events: 2,
      position: 2,
      eventId: 'evt-b',
    },
    {
      projection: null,
      eventType: 'thing.priced',
      reason: expect.stringMatching(
        /^data: cannot be upcast from schema version 1 to 2: its upcaster throws TypeError/,
      ) as string,
      events: 1,
      position: 4,
      eventId: 'evt-d',
    },
  ]);
  expect(report.findings.filter(({ projection: name }) => name === 'things')).toEqual([
    expect.objectContaining({
      reason: expect.stringContaining('TEXT value in INTEGER column') as string,
      events: 2,
      position: 2,
    }),
    expect.objectContaining({
      reason: expect.stringContaining('cannot be upcast') as string,
      events: 1,
      position: 4,
    }),
  ]);
  expect(JSON.stringify(report)).not.toContain('secret');
});

test('a program stops in front of an event that is too new, as it would in earnest', async () => {
  const events = shop({ 'thing.priced': { schema: z.object({ price: z.int() }) } });
  const data = await logged([
    priced('a', 1, { price: 1 }),
    priced('b', 2, { cost: 1 }),
    priced('c', 1, { price: 1 }),
  ]);
  const { findings, projections } = await checkAgainst(data, events);
  expect(projections).toMatchObject([{ position: 1, parked: 0, stoppedBy: 'too-new' }]);
  expect(findings).toMatchObject([
    {
      projection: null,
      reason: expect.stringContaining('the catalogue knows versions up to 1') as string,
      position: 2,
    },
    {
      projection: 'things',
      reason: expect.stringContaining('is written in schema version 2') as string,
      position: 2,
      eventId: 'evt-b',
    },
  ]);
});

test('a message that ends with the value is cut short, and many of them are one finding', async () => {
  const schema: StandardSchemaV1 = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => ({
        issues: [
          {
            message: `Invalid type: Expected string but received ${JSON.stringify(value)}`,
            path: ['items', 3, 'name'],
          },
        ],
      }),
    },
  };
  const data = await logged([1, 2, 3].map((price) => priced(`s-${price}`, 1, { price })));
  const { findings } = await checkAgainst(data, shop({ 'thing.priced': { schema } }));
  expect(findings).toMatchObject([{ reason: 'data.items[].name: Invalid type: Expected string', events: 3 }]);
});

test('a program under which nearly everything fails is given up, and few of many reasons are told apart', async () => {
  const schema = z.object({ price: z.int() });
  const events = shop({
    'thing.priced': {
      schema,
      upcast: {
        1: (old: { price: string }) => {
          throw new Error(`no ${old.price}`);
        },
      },
    },
  });
  const data = await logged(
    Array.from({ length: 1500 }, (_, index) => priced(`s-${index}`, 1, { price: `p${index}` })),
  );
  const { findings, projections } = await checkAgainst(data, events);
  expect(projections).toMatchObject([{ stoppedBy: 'too-many-failures' }]);
  const ofCatalogue = findings.filter(({ projection: name }) => name === null);
  expect(ofCatalogue).toHaveLength(21);
  expect(ofCatalogue.at(-1)).toMatchObject({ reason: 'other reasons', events: 1480, position: 21 });
});

test('a sample takes so many events of each type, spread over the log, and always the same', async () => {
  const data = await logged([
    ...history(100, 9),
    noted('rare'),
    { ...deposited('account-1', 1), data: { amount: 'x' } },
  ]);
  const report = await checkAgainst(data, accounts(), { sample: 20 });
  expect(report).toMatchObject({
    head: 1002,
    checked: 41,
    projections: [{ position: 20 }, { position: 20 }],
  });
  expect(await checkAgainst(data, accounts(), { sample: 20 })).toEqual(report);
  // The one bad event is the last, which only a sample of all will surely take.
  const all = await checkAgainst(data, accounts(), { sample: 100_000 });
  expect(all).toMatchObject({ checked: 1002, findings: [{ projection: null, position: 1002 }] });
});

test('a file of lines is read as an append would read it, and as an export writes it', async () => {
  const lines = [
    JSON.stringify({ ...priced('a', 1, { price: 1 }), schemaVersion: undefined }),
    'not json: top secret',
    '',
    JSON.stringify({
      ...priced('b', 1, { cost: 2 }),
      position: 7,
      version: 1,
      metadata: null,
      time: '2026-01-01T00:00:00Z',
    }),
    JSON.stringify({ ...priced('c', 2, { price: 'x' }) }),
    JSON.stringify({ type: 'thing.priced', data: {} }),
  ];
  const events = shop({
    'thing.priced': {
      schema: z.object({ price: z.int() }),
      upcast: { 1: ({ cost }: { cost: number }) => ({ price: cost }) },
    },
  });
  const plain = join(folder(), 'events.ndjson');
  writeFileSync(plain, lines.join('\n'));
  writeFileSync(`${plain}.gz`, gzipSync(lines.join('\n')));
  const report = await checkAgainst(plain, events);
  expect(report).toMatchObject({ head: 3, checked: 3 });
  expect(report.findings).toMatchObject([
    {
      projection: null,
      eventType: null,
      reason: expect.stringContaining('not JSON') as string,
      position: 2,
      eventId: null,
    },
    {
      projection: null,
      eventType: null,
      reason: expect.stringContaining('stream must be') as string,
      position: 6,
    },
    { projection: null, eventType: 'thing.priced', eventId: 'evt-c' },
    { projection: 'things', eventType: 'thing.priced', eventId: 'evt-c' },
  ]);
  expect(JSON.stringify(report)).not.toContain('secret');
  expect(await checkAgainst(`${plain}.gz`, events)).toEqual(report);
});

test('progress is told, and an interrupted check leaves nothing behind', async () => {
  const data = await logged(history(500, 5));
  const seen: AgainstProgress[] = [];
  const stop = new AbortController();
  const check = checkAgainst(data, accounts(), {
    signal: stop.signal,
    onProgress: (progress) => {
      seen.push(progress);
      if (progress.title === 'Applying to accounts') stop.abort();
    },
  });
  await expect(check).rejects.toMatchObject({ code: 'CLOSED' });
  expect(seen[0]).toEqual({ title: 'Checking schemas', done: 1000, total: 3000 });
});

test('what is no log is refused by name', async () => {
  const empty = folder();
  await expect(checkAgainst(join(empty, 'nowhere'), accounts())).rejects.toMatchObject({ code: 'USAGE' });
  await expect(checkAgainst(empty, accounts())).rejects.toMatchObject({ code: 'DATA_FOLDER_UNUSABLE' });
  writeFileSync(join(empty, 'foreign.db'), 'SQLite format 3\0 and then rubbish'.padEnd(4096, '.'));
  await expect(checkAgainst(join(empty, 'foreign.db'), accounts())).rejects.toThrow(/foreign\.db/);
});
