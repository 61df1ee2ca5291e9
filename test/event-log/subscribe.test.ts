import { describe, expect, test, vi } from 'vitest';
import type { RecordedEvent } from '../../src/event-log/event.ts';
import { child, event, message, openedLog, take, temporaryLog } from './support.ts';

describe('a subscription', () => {
  test('gives the events that are there, then each new one', async () => {
    const log = temporaryLog();
    await log.append('a', [event(), event()]);
    const events = log.subscribe(1);
    expect((await take(events, 1)).map(({ position }) => position)).toEqual([2]);
    const next = events.next();
    await log.append('b', event({ live: true }));
    expect((await next).value).toMatchObject({ position: 3, stream: 'b', data: { live: true } });
    await events.return();
  });

  test('misses nothing that is appended while its reader is busy', async () => {
    const log = temporaryLog();
    const seen: number[] = [];
    await log.append('a', event());
    for await (const { position } of log.subscribe(0)) {
      seen.push(position);
      if (position < 1500) await log.append('a', position % 7 === 0 ? [event(), event(), event()] : event());
      if (position >= 1500) break;
    }
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, index) => index + 1));
  });

  test('to some types, or to a stream, passes the others over', async () => {
    const log = temporaryLog();
    const wanted = log.subscribe(0, { types: ['wanted', 'other'] });
    const ofStream = log.subscribe(0, { stream: 'b' });
    const both = Promise.all([take(wanted, 2), take(ofStream, 2)]);
    await log.append('a', [event(), event({}, { type: 'wanted' })]);
    await log.append('b', event());
    await log.append('b', event({}, { type: 'other' }));
    const taken = (await both).map((events) => events.map(({ position }) => position));
    expect(taken).toEqual([
      [2, 4],
      [3, 4],
    ]);
    await Promise.all([wanted.return(), ofStream.return()]);
  });

  test('with a limit ends after so many events', async () => {
    const log = temporaryLog();
    await log.append('a', [event(), event(), event()]);
    expect(await take(log.subscribe(0, { limit: 2 }), 10)).toHaveLength(2);
  });

  test('from a position that the log has not reached waits for it', async () => {
    const log = temporaryLog();
    const events = log.subscribe(2);
    const first = events.next();
    for (let count = 1; count <= 3; count += 1) await log.append('a', event());
    expect((await first).value).toMatchObject({ position: 3 });
    await events.return();
  });

  test.each(['return', 'abort', 'close'])('that waits is ended at once by %s', async (how) => {
    const log = temporaryLog();
    const abort = new AbortController();
    const events = log.subscribe(0, { signal: abort.signal });
    const next = events.next();
    if (how === 'return') void events.return();
    else if (how === 'abort') abort.abort();
    else await log.close();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  test('that has been aborted before it begins gives nothing', async () => {
    const log = temporaryLog();
    await log.append('a', event());
    expect(await log.subscribe(0, { signal: AbortSignal.abort() }).next()).toMatchObject({ done: true });
  });

  test('that is ended between two events gives no further one', async () => {
    const log = temporaryLog();
    const abort = new AbortController();
    await log.append('a', [event(), event(), event()]);
    const seen: RecordedEvent[] = [];
    for await (const each of log.subscribe(0, { signal: abort.signal })) {
      seen.push(each);
      abort.abort();
    }
    expect(seen).toHaveLength(1);
  });

  test('releases its listener, so that a process can end', async () => {
    const started = vi.spyOn(globalThis, 'setInterval');
    const stopped = vi.spyOn(globalThis, 'clearInterval');
    const log = temporaryLog();
    const [first, second] = [log.subscribe(0), log.subscribe(0)];
    const waiting = [first.next(), second.next()];
    expect(started).toHaveBeenCalledTimes(1);
    await first.return();
    expect(stopped).not.toHaveBeenCalled();
    await second.return();
    expect(stopped).toHaveBeenCalledWith(started.mock.results[0]?.value);
    await Promise.all(waiting);
    vi.restoreAllMocks();
  });
});

describe('growth', () => {
  test('is told to every listener with the new head, once for each commit', async () => {
    const log = temporaryLog();
    const [kept, removed] = [vi.fn<(head: number) => void>(), vi.fn<(head: number) => void>()];
    log.onGrowth(kept);
    const remove = log.onGrowth(removed);
    await log.append('a', [event(), event()]);
    remove();
    await log.append('a', event());
    expect(kept.mock.calls).toEqual([[2], [3]]);
    expect(removed.mock.calls).toEqual([[2]]);
  });

  test('is told to the others, and the append succeeds, where one listener throws', async () => {
    const log = temporaryLog();
    const later: (() => void)[] = [];
    const queue = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((work) => void later.push(work));
    log.onGrowth(() => {
      throw new Error('broken listener');
    });
    const healthy = vi.fn<(head: number) => void>();
    log.onGrowth(healthy);
    await log.append('a', event());
    queue.mockRestore();
    expect(healthy).toHaveBeenCalledWith(1);
    expect(() => later.forEach((work) => work())).toThrow('broken listener');
  });

  test('by another process is seen by listeners and subscriptions', async () => {
    const log = temporaryLog();
    const other = child('append', log.path);
    await message(other);
    const grown = new Promise((resolve) => log.onGrowth(resolve));
    const events = log.subscribe(0, { types: ['wanted'] });
    const wanted = take(events, 2);
    for (const type of ['wanted', 'unwanted', 'wanted']) {
      other.send(type);
      await message(other);
    }
    expect(await grown).toBeGreaterThanOrEqual(1);
    expect((await wanted).map(({ position }) => position)).toEqual([1, 3]);
    await events.return();
  });

  test('between two processes that append in turn is seen by both', async () => {
    const log = temporaryLog();
    const other = child('append', log.path);
    await message(other);
    const events = openedLog(log.path).subscribe(0);
    for (let turn = 1; turn <= 20; turn += 1) {
      await log.append('here', event());
      other.send('there');
      expect(await message(other)).toBe(turn * 2);
    }
    expect((await take(events, 40)).map(({ position }) => position)).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
    await events.return();
  });
});
