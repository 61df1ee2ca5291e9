import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { buildCopy } from '../../src/engine/as-of/build-copy.ts';
import { Copies } from '../../src/engine/as-of/copies.ts';
import { CopyShelf } from '../../src/engine/as-of/copy-shelf.ts';
import { resolvePoint } from '../../src/engine/as-of/point.ts';
import { TimeIndex } from '../../src/engine/as-of/time-index.ts';
import { EventLog } from '../../src/event-log/event-log.ts';
import { compileDefinitions } from '../../src/projection/load.ts';
import { thingsProjection } from '../live/things.ts';
import { contents, temporaryFolder } from './support.ts';

const now = () => new Date('2026-06-01T00:00:00Z');
const HASH = '0'.repeat(8);
const name = (position: number) => ({ projection: 'things', hash8: HASH, position });

function shelf(
  folder: string,
  limits = { count: 3, bytes: 1e9 },
  onDelete: (path: string) => void = () => {},
) {
  let tick = 0;
  return new CopyShelf(folder, limits, () => new Date(1_700_000_000_000 + (tick += 1000)), onDelete);
}

function put(folder: string, position: number, bytes = 10): void {
  writeFileSync(join(folder, `things-${HASH}-${position}.db`), 'x'.repeat(bytes));
}

test('the least recently used copy goes first, and one that is read never', () => {
  const folder = temporaryFolder();
  const deleted: string[] = [];
  const copies = shelf(folder, { count: 2, bytes: 1e9 }, (path) => deleted.push(path));
  for (const position of [1, 2]) {
    put(folder, position);
    copies.add(name(position));
  }
  const { release } = copies.lease(name(1)) as { release: () => void };
  put(folder, 3);
  copies.add(name(3));
  expect(copies.list().map(({ position }) => position)).toEqual([1, 3]);
  put(folder, 4);
  copies.add(name(4));
  expect(copies.list().map(({ position }) => position)).toEqual([1, 4]);
  release();
  put(folder, 5);
  copies.add(name(5));
  expect(copies.list().map(({ position }) => position)).toEqual([4, 5]);
  expect(deleted).toHaveLength(3);
  expect(readdirSync(folder)).toHaveLength(2);
});

test('copies are bounded by bytes too, and the newest stays however large it is', () => {
  const folder = temporaryFolder();
  const copies = shelf(folder, { count: 10, bytes: 100 });
  put(folder, 1, 60);
  copies.add(name(1));
  put(folder, 2, 60);
  copies.add(name(2));
  expect(copies.list().map(({ position }) => position)).toEqual([2]);
  put(folder, 3, 600);
  copies.add(name(3));
  expect(copies.list().map(({ position }) => position)).toEqual([3]);
});

test('copies outlive a restart with their order of use; unfinished builds and strangers do not', () => {
  const folder = temporaryFolder();
  for (const [index, position] of [5, 1, 9].entries()) {
    put(folder, position);
    utimesSync(join(folder, `things-${HASH}-${position}.db`), 1000 + index, 1000 + index);
  }
  writeFileSync(join(folder, `things-${HASH}-7.db.building`), '');
  writeFileSync(join(folder, `things-${HASH}-7.db.building-wal`), '');
  writeFileSync(join(folder, 'stranger'), '');
  mkdirSync(join(folder, 'folder'));
  const copies = shelf(folder, { count: 2, bytes: 1e9 });
  expect(
    copies
      .list()
      .map(({ position }) => position)
      .toSorted((a, b) => a - b),
  ).toEqual([1, 9]);
  expect(readdirSync(folder)).toHaveLength(2);
  expect(copies.below(name(10)).map(({ position }) => position)).toEqual([9, 1]);
  copies.discard(({ hash8 }) => hash8 === HASH);
  expect(readdirSync(folder)).toEqual([]);
});

function setUp(events: number) {
  const folder = temporaryFolder();
  const log = EventLog.open(join(folder, 'log.db'), { now });
  onTestFinished(() => log.close());
  const [loaded] = compileDefinitions([thingsProjection()]).projections;
  if (loaded === undefined) throw new Error('no projection');
  const list = Array.from({ length: events }, (_, index) => ({
    type: 'thing.set',
    data: { id: `t${index % 100}`, color: 'red', score: index },
  }));
  return { folder, log, loaded, program: loaded.compiled.program, append: () => log.append('s', list) };
}

test('a copy that is begun from another one is the same as one from the start', async () => {
  const { folder, log, loaded, program, append } = setUp(500);
  await append();
  const order = { program, loaded, log, bases: [] };
  await buildCopy({ ...order, path: join(folder, 'a.db'), position: 100 });
  await buildCopy({ ...order, path: join(folder, 'b.db'), position: 400 });
  await buildCopy({ ...order, path: join(folder, 'c.db'), position: 400, bases: [join(folder, 'a.db')] });
  // Neither what is damaged, nor what is already past the position, nor what is not there is of use, or in the way.
  writeFileSync(join(folder, 'damaged.db'), 'x'.repeat(5000));
  const bases = ['damaged.db', 'gone.db', 'b.db', 'a.db'].map((file) => join(folder, file));
  await buildCopy({ ...order, path: join(folder, 'd.db'), position: 300, bases });
  await buildCopy({ ...order, path: join(folder, 'e.db'), position: 300 });
  expect(contents(join(folder, 'c.db'))).toEqual(contents(join(folder, 'b.db')));
  expect(contents(join(folder, 'd.db'))).toEqual(contents(join(folder, 'e.db')));
  expect(readdirSync(folder).filter((file) => file.includes('building'))).toEqual([]);
});

test('a build that is broken off leaves nothing, and one that is asked for again is whole', async () => {
  const { folder, log, loaded, program, append } = setUp(5000);
  await append();
  const broken = new AbortController();
  const order = { path: join(folder, 'a.db'), position: 5000, program, loaded, log, bases: [] };
  const build = buildCopy({ ...order, signal: broken.signal, onProgress: () => broken.abort() });
  await expect(build).rejects.toMatchObject({ code: 'CLOSED' });
  expect(readdirSync(folder).filter((file) => file.startsWith('a.db'))).toEqual([]);
  await buildCopy(order);
  expect(contents(order.path)['things']).toHaveLength(100);
});

test('who waits for a copy when the server stops is told at once', async () => {
  const { folder, log, loaded, program, append } = setUp(5000);
  await append();
  const options = { folder: join(folder, 'copies'), log, now, onDelete: () => {} };
  const copies = new Copies({ ...options, limits: { count: 5, bytes: 1e9, builds: 1 } });
  const live = { projection: 'things', number: 1, path: join(folder, 'none.db'), program };
  const source = { live, livePosition: 5000, loaded };
  const kept = await copies.lease(source, 10, 30_000);
  const waiting = copies.lease(source, 4000, 30_000);
  copies.endBuilds();
  await expect(waiting).rejects.toMatchObject({ code: 'CLOSED', message: 'The server is stopping' });
  await expect(copies.lease(source, 4001, 30_000)).rejects.toMatchObject({ code: 'CLOSED' });
  const again = await copies.lease(source, 10, 0);
  for (const copy of [kept, again]) copy.release();
  await copies.close();
  expect(copies.status()).toMatchObject({ builds: 0, kept: 1 });
});

test('who waits longer than it may is told to come again, and finds the copy then', async () => {
  const { folder, log, loaded, program, append } = setUp(200);
  await append();
  const copies = new Copies({
    folder: join(folder, 'copies'),
    log,
    limits: { count: 5, bytes: 1e9, builds: 1 },
    now,
    onDelete: () => {},
  });
  onTestFinished(() => copies.close());
  const live = { projection: 'things', number: 1, path: join(folder, 'none.db'), program };
  const source = { live, livePosition: 200, loaded };
  await expect(copies.lease(source, 150, 0)).rejects.toMatchObject({ code: 'COPY_NOT_READY' });
  await expect(copies.lease(source, 151, 0)).rejects.toMatchObject({ code: 'TOO_BUSY' });
  expect(copies.status()).toMatchObject({ builds: 1 });
  const copy = await copies.lease(source, 150, 30_000);
  expect(copies.status()).toMatchObject({ builds: 0, kept: 1 });
  copies.keepOnly('things', 'f'.repeat(64), 200);
  expect(copies.status()).toMatchObject({ kept: 1 });
  copy.release();
  copies.keepOnly('things', 'f'.repeat(64), 200);
  expect(copies.status()).toMatchObject({ kept: 0 });
});

test('a time means the last event by position that happened at or before it, in whatever order they came', async () => {
  const { log } = setUp(0);
  const days = [3, 1, 5, 2, 4];
  for (const day of days)
    await log.append('s', { type: 'other.happened', time: `2026-01-0${day}T00:00:00Z`, data: {} });
  // Enough to fill blocks, all of them later.
  await log.append(
    's',
    Array.from({ length: 9000 }, (_, index) => ({
      type: 'other.happened',
      time: new Date(Date.UTC(2026, 1, 1, 0, 0, index)).toISOString(),
      data: {},
    })),
  );
  const times = new TimeIndex(log.path);
  onTestFinished(() => times.close());
  const at = (time: string) => times.positionAt(new Date(time).toISOString());
  expect(await at('2025-12-31T00:00:00Z')).toBe(0);
  expect(await at('2026-01-01T00:00:00Z')).toBe(2);
  expect(await at('2026-01-02T12:00:00Z')).toBe(4);
  expect(await at('2026-01-03T00:00:00Z')).toBe(4);
  expect(await at('2026-01-04T00:00:00Z')).toBe(5);
  expect(await at('2026-02-01T00:00:00Z')).toBe(6);
  expect(await at('2026-02-01T01:00:00Z')).toBe(3606);
  expect(await at('2027-01-01T00:00:00Z')).toBe(9005);
});

test('a time that is to come is refused unless an event claims a later one', async () => {
  const { log } = setUp(0);
  await log.append('s', { type: 'other.happened', time: '2026-01-01T00:00:00Z', data: {} });
  const times = new TimeIndex(log.path);
  onTestFinished(() => times.close());
  const context = {
    head: () => log.head(),
    timeAt: (at: number) => log.timeAt(at),
    positionAt: (at: string) => times.positionAt(at),
    now,
  };
  expect(await resolvePoint({ time: '2026-05-31T00:00:00.000Z' }, context)).toMatchObject({ position: 1 });
  await expect(resolvePoint({ time: '2026-06-02T00:00:00.000Z' }, context)).rejects.toMatchObject({
    code: 'POSITION_AHEAD',
  });
  await log.append('s', { type: 'other.happened', time: '2026-06-03T00:00:00Z', data: {} });
  expect(await resolvePoint({ time: '2026-06-02T00:00:00.000Z' }, context)).toMatchObject({ position: 1 });
});
