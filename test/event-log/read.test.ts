import { describe, expect, test } from 'vitest';
import type { RecordedEvent } from '../../src/event-log/event.ts';
import type { EventLog } from '../../src/event-log/event-log.ts';
import { event, openedLog, temporaryLog } from './support.ts';

function positions(events: Iterable<RecordedEvent>): number[] {
  return [...events].map(({ position }) => position);
}

/** 3,000 events: every 3rd goes to stream b, every 1,000th is rare. */
async function longLog(): Promise<EventLog> {
  const log = temporaryLog();
  const events = Array.from({ length: 3000 }, (_, index) => ({
    ...event({ n: index + 1 }, { type: (index + 1) % 1000 === 0 ? 'rare' : `common-${index % 2}` }),
    stream: index % 3 === 0 ? 'b' : 'a',
  }));
  await log.appendAll(events);
  return log;
}

describe('reading', () => {
  test('gives the whole log in order, whatever its length', async () => {
    const log = await longLog();
    expect(positions(log.readAll())).toEqual(Array.from({ length: 3000 }, (_, index) => index + 1));
    expect(positions(log.readAll({ after: 2998 }))).toEqual([2999, 3000]);
    expect(positions(log.readAll({ after: 3000 }))).toEqual([]);
  });

  test.each([0, 1, 499, 500, 501, 1200])('gives at most %i events when asked for so many', async (limit) => {
    const log = await longLog();
    expect(positions(log.readAll({ limit }))).toHaveLength(limit);
    expect(positions(log.read('a', { limit }))).toHaveLength(limit);
  });

  test('by type finds rare and common ones, alone and together', async () => {
    const log = await longLog();
    expect(positions(log.readAll({ types: ['rare'] }))).toEqual([1000, 2000, 3000]);
    expect(positions(log.readAll({ types: ['rare'], after: 1000, limit: 1 }))).toEqual([2000]);
    const mixed = positions(log.readAll({ types: ['rare', 'common-0'] }));
    expect(mixed).toHaveLength(1503);
    expect(mixed).toEqual(mixed.toSorted((a, b) => a - b));
    expect(positions(log.readAll({ types: ['none'] }))).toEqual([]);
  });

  test('of a stream gives its events in order, after a position and by type too', async () => {
    const log = await longLog();
    expect(positions(log.read('b'))).toEqual(Array.from({ length: 1000 }, (_, index) => index * 3 + 1));
    expect(positions(log.read('b', { after: 2995 }))).toEqual([2998]);
    expect(positions(log.read('b', { after: 1, limit: 2 }))).toEqual([4, 7]);
    expect(positions(log.read('b', { types: ['rare'] }))).toEqual([1000]);
    expect(positions(log.read('missing'))).toEqual([]);
  });

  test('that is broken off leaves nothing open: the head goes on, and the log can be closed', async () => {
    const log = await longLog();
    const unfinished = log.readAll();
    unfinished.next();
    await log.append('a', event());
    expect(log.head()).toBe(3001);
    await log.close();
  });

  test('ends, though each event that is read makes another', async () => {
    const log = temporaryLog();
    await log.append('a', [event(), event()]);
    let read = 0;
    for (const { stream } of log.readAll()) {
      read += 1;
      await log.append(stream, event());
    }
    expect(read).toBe(2);
  });

  test('tells how many events of each type there are', async () => {
    const log = await longLog();
    expect(log.types()).toEqual([
      { type: 'common-0', events: 1500 },
      { type: 'common-1', events: 1497 },
      { type: 'rare', events: 3 },
    ]);
  });

  test('from a log that is opened again finds the same log', async () => {
    const log = await longLog();
    const { id, path } = log;
    await log.close();
    const again = openedLog(path);
    expect(again.id).toBe(id);
    expect(again.head()).toBe(3000);
  });
});
