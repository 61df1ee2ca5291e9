import { describe, expect, test } from 'vitest';
import { event, expectGapless, temporaryLog } from './support.ts';

describe('an append', () => {
  test('answers positions of the log and versions of the stream, both from 1', async () => {
    const log = temporaryLog();
    await log.append('a', [event(), event()]);
    await log.append('b', event());
    const answer = await log.append('a', event({}, { id: 'fourth' }));
    expect(answer).toEqual({
      position: 4,
      events: [{ id: 'fourth', position: 4, stream: 'a', version: 3, isDuplicate: false }],
    });
    expectGapless(log);
  });

  test('keeps everything an event holds', async () => {
    const log = temporaryLog();
    const members = { id: 'one', type: 'order.placed', schemaVersion: 3, time: '2026-01-31T12:00:00.000Z' };
    await log.append('order-1', {
      ...members,
      data: { items: [{ price: 12.5 }] },
      metadata: { user: 'eve' },
    });
    expect([...log.read('order-1')]).toEqual([
      {
        ...members,
        position: 1,
        stream: 'order-1',
        version: 1,
        data: { items: [{ price: 12.5 }] },
        metadata: { user: 'eve' },
      },
    ]);
  });

  test('keeps data that is no object, a key like __proto__ and text in any script', async () => {
    const log = temporaryLog();
    const data = [
      null,
      'text',
      7,
      false,
      JSON.parse('{"__proto__": {"a": 1}}'),
      { '': 'é 漢字 🎈 \u0000 \u2028' },
    ];
    await log.append(
      's',
      data.map((value) => event(value)),
    );
    expect([...log.read('s')].map((read) => read.data)).toEqual(data);
  });

  test('gives an event without an id a UUID of version 7, in order of time', async () => {
    const log = temporaryLog();
    const { events } = await log.append('s', [event(), event()]);
    const ids = events.map(({ id }) => id);
    for (const id of ids)
      expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(ids).toEqual(ids.toSorted());
  });

  test('gives an event without a time the time of the log', async () => {
    const log = temporaryLog({ now: () => new Date(Date.UTC(2026, 0, 31, 12)) });
    await log.append('s', event());
    expect(log.timeAt(1)).toBe('2026-01-31T12:00:00.000Z');
    expect(log.timeAt(2)).toBeUndefined();
  });

  test('of several streams is all or none', async () => {
    const log = temporaryLog();
    await log.append('b', event());
    const both = [
      { ...event(), stream: 'a' },
      { ...event(), stream: 'b' },
    ];
    await expect(log.appendAll(both, new Map([['b', 'none']]))).rejects.toMatchObject({
      code: 'VERSION_CONFLICT',
    });
    expect(log.head()).toBe(1);
    const { position } = await log.appendAll(both, new Map([['b', 1]]));
    expect(position).toBe(3);
    expectGapless(log);
  });

  test('of no event is refused', async () => {
    await expect(temporaryLog().append('s', [])).rejects.toMatchObject({ code: 'EVENT_INVALID' });
  });

  test('may hold very many events', async () => {
    const log = temporaryLog();
    const many = Array.from({ length: 150_000 }, () => event());
    expect((await log.append('s', many)).position).toBe(150_000);
  });

  test('to a log that is closed is refused', async () => {
    const log = temporaryLog();
    await log.close();
    await expect(log.append('s', event())).rejects.toMatchObject({ code: 'CLOSED' });
    expect(() => log.head()).toThrow(expect.objectContaining({ code: 'CLOSED' }));
    expect(() => log.subscribe(0)).toThrow(expect.objectContaining({ code: 'CLOSED' }));
  });

  test('that was asked for before the log closes is answered', async () => {
    const log = temporaryLog();
    const appends = ['a', 'b', 'c'].map((stream) => log.append(stream, event()));
    const closing = log.close();
    await expect(log.append('d', event())).rejects.toMatchObject({ code: 'CLOSED' });
    expect((await Promise.all(appends)).map(({ position }) => position)).toEqual([1, 2, 3]);
    await closing;
    await log.close();
  });
});

describe('an expected version', () => {
  test("of 'none' or 0 is met by a new stream only", async () => {
    const log = temporaryLog();
    await log.append('a', event(), { expectedVersion: 'none' });
    await log.append('b', event(), { expectedVersion: 0 });
    await expect(log.append('a', event(), { expectedVersion: 'none' })).rejects.toMatchObject({
      code: 'VERSION_CONFLICT',
      message: 'Stream a is at version 1, not at 0',
      evidence: { stream: 'a', expected: 0, actual: 1 },
    });
    expect(log.head()).toBe(2);
  });

  test('counts the events before the append, of that stream alone', async () => {
    const log = temporaryLog();
    await log.append('other', [event(), event()]);
    await log.append('a', [event(), event(), event()], { expectedVersion: 0 });
    await log.append('a', [event(), event()], { expectedVersion: 3 });
    for (const expectedVersion of [0, 4, 6]) {
      await expect(log.append('a', event(), { expectedVersion })).rejects.toMatchObject({
        code: 'VERSION_CONFLICT',
      });
    }
    expectGapless(log);
  });

  test('is checked for a stream that no event goes to', async () => {
    const log = temporaryLog();
    await log.append('account', event());
    const transfer = [{ ...event(), stream: 'transfer' }];
    const append = (version: number) => log.appendAll(transfer, new Map([['account', version]]));
    await expect(append(2)).rejects.toMatchObject({ code: 'VERSION_CONFLICT', evidence: { actual: 1 } });
    await append(1);
  });

  test.each([-1, 1.5, Number.NaN, '3'])('of %s is refused as such', async (version) => {
    const append = temporaryLog().append('s', event(), { expectedVersion: version as number });
    await expect(append).rejects.toMatchObject({
      code: 'EVENT_INVALID',
      evidence: { field: 'expectedVersion' },
    });
  });

  test('that is wrong fails alone among concurrent appends', async () => {
    const log = temporaryLog();
    const answers = await Promise.allSettled([
      log.append('a', event({}, { type: 'first' }), { expectedVersion: 'none' }),
      log.append('a', [event({}, { type: 'refused' }), event()], { expectedVersion: 'none' }),
      log.append('a', event({}, { type: 'second' }), { expectedVersion: 1 }),
      log.append('b', event({}, { type: 'third' })),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect([...log.readAll()].map(({ type }) => type)).toEqual(['first', 'second', 'third']);
    expectGapless(log);
  });
});

describe('a repeated id', () => {
  test('is answered with the first place, and written once', async () => {
    const log = temporaryLog();
    await log.append('a', [event(), event({ n: 1 }, { id: 'one' })]);
    const again = await log.append('b', event({ n: 2 }, { id: 'one' }));
    expect(again).toEqual({
      position: 2,
      events: [{ id: 'one', position: 2, stream: 'a', version: 2, isDuplicate: true }],
    });
    expect([...log.readAll()].map(({ data }) => data)).toEqual([{}, { n: 1 }]);
    expectGapless(log);
  });

  test('within one append is written once', async () => {
    const log = temporaryLog();
    const { events } = await log.append('a', [
      event({}, { id: 'x' }),
      event({}, { id: 'x' }),
      event({}, { id: 'y' }),
    ]);
    expect(events.map(({ version, isDuplicate }) => [version, isDuplicate])).toEqual([
      [1, false],
      [1, true],
      [2, false],
    ]);
    expectGapless(log);
  });

  test('in concurrent appends is written once', async () => {
    const log = temporaryLog();
    const answers = await Promise.all([1, 2, 3].map(() => log.append('a', event({}, { id: 'same' }))));
    expect(answers.map(({ events }) => events[0]?.isDuplicate)).toEqual([false, true, true]);
    expect(log.head()).toBe(1);
  });

  test('makes a repeat of a whole append succeed, whatever version it expects', async () => {
    const log = temporaryLog();
    const batch = [event({}, { id: 'x' }), event({}, { id: 'y' })];
    const first = await log.append('a', batch, { expectedVersion: 'none' });
    await log.append('a', event());
    const second = await log.append('a', batch, { expectedVersion: 'none' });
    expect(second.position).toBe(first.position);
    expect(second.events.every(({ isDuplicate }) => isDuplicate)).toBe(true);
    expect(log.head()).toBe(3);
  });

  test('beside a new event does not hide that the stream has moved on', async () => {
    const log = temporaryLog();
    await log.append('a', event({}, { id: 'x' }), { expectedVersion: 'none' });
    const mixed = [event({}, { id: 'x' }), event({}, { id: 'y' })];
    await expect(log.append('a', mixed, { expectedVersion: 'none' })).rejects.toMatchObject({
      code: 'VERSION_CONFLICT',
    });
    const { events } = await log.append('a', mixed, { expectedVersion: 1 });
    expect(events.map(({ position }) => position)).toEqual([1, 2]);
    expectGapless(log);
  });
});
