import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { defineEvents } from '../../src/event-log/catalogue.ts';
import { upcast, upcastTo } from '../../src/event-log/upcast.ts';

const schema = z.unknown();

function chain(steps: Record<number, (old: never) => unknown>) {
  return defineEvents({ 'order.shipped': { schema, upcast: steps } });
}

const carriers = chain({
  1: (old: string) => ({ carrier: old }),
  2: ({ carrier }: { carrier: string }) => ({ carrier: { name: carrier } }),
  3: (old: { carrier: object }) => ({ ...old, parcels: 1 }),
});

function problemOf(steps: Record<number, (old: never) => unknown>, data: unknown = {}, from = 1): unknown {
  try {
    upcast(chain(steps), 'order.shipped', from, data);
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('a chain of upcasters', () => {
  test.each<[number, unknown, unknown]>([
    [1, 'Swift', { carrier: { name: 'Swift' }, parcels: 1 }],
    [2, { carrier: 'Swift' }, { carrier: { name: 'Swift' }, parcels: 1 }],
    [3, { carrier: {} }, { carrier: {}, parcels: 1 }],
    [4, { anything: true }, { anything: true }],
  ])('brings version %d through every later step, in order', (from, data, expected) => {
    expect(upcast(carriers, 'order.shipped', from, data)).toEqual(expected);
  });

  test('goes as far as it is asked to: a generation reads the version that it was built for', () => {
    const definition = carriers.events['order.shipped'];
    expect(upcastTo(definition, 'order.shipped', 1, 2, 'Swift')).toEqual({ carrier: 'Swift' });
    expect(upcastTo(definition, 'order.shipped', 2, 2, 'as it is')).toBe('as it is');
  });

  test('leaves data of a type that the catalogue lacks as it is, whatever the type is called', () => {
    expect(upcast(carriers, 'constructor', 7, 'x')).toBe('x');
  });

  test('gives each step what the one before returned, and calls no other', () => {
    const [first, second] = [vi.fn<() => object>(() => ({ at: 2 })), vi.fn<() => object>(() => ({ at: 3 }))];
    upcast(chain({ 1: first, 2: second }), 'order.shipped', 2, { at: 'given' });
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledExactlyOnceWith({ at: 'given' });
  });
});

describe('an upcaster that fails names its type and its step', () => {
  const good = (old: object) => ({ ...old });

  test('when it throws, with what was thrown as the cause', () => {
    const thrown = new TypeError('Cannot read properties of undefined');
    const error = problemOf({
      1: good,
      2: () => {
        throw thrown;
      },
      3: good,
    });
    expect(error).toMatchObject({
      code: 'UPCAST_FAILED',
      message:
        'order.shipped cannot be upcast from schema version 2 to 3: its upcaster throws TypeError: Cannot read properties of undefined',
      hint: expect.stringContaining('upcast[2] of order.shipped') as string,
      evidence: { eventType: 'order.shipped', actual: 2, expected: 3 },
      cause: thrown,
    });
  });

  test.each<[string, (old: never) => unknown, string]>([
    ['nothing', () => undefined, 'returns nothing'],
    ['null for an object', () => null, 'returns null for an object'],
    ['text for an object', () => 'text', 'returns a string for an object'],
    ['a function', () => () => ({}), 'returns a function'],
    ['a bigint', () => 1n, 'returns a bigint'],
  ])('when it returns %s', (_, step, words) => {
    expect(problemOf({ 1: step })).toMatchObject({
      code: 'UPCAST_FAILED',
      message: `order.shipped cannot be upcast from schema version 1 to 2: its upcaster ${words}`,
    });
  });

  test('when it is asynchronous without saying so, and no rejection goes unheard', async () => {
    const unheard = vi.fn<() => void>();
    process.on('unhandledRejection', unheard);
    const error = problemOf({ 1: () => Promise.reject(new Error('later')) });
    expect(error).toMatchObject({
      code: 'UPCAST_FAILED',
      message: expect.stringContaining('its upcaster is asynchronous') as string,
    });
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unheard);
    expect(unheard).not.toHaveBeenCalled();
  });
});
