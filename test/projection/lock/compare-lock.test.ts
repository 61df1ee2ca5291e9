import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineEvents, type EventDefinitions } from '../../../src/event-log/catalogue.ts';
import { lockOf, lockText, parseLock } from '../../../src/projection/lock/catalogue-lock.ts';
import { compareWithLock } from '../../../src/projection/lock/compare-lock.ts';

const same = (old: unknown) => old;
const price = { schema: z.object({ price: z.number() }) };
const silent: StandardSchemaV1 = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) },
};

function compare(before: EventDefinitions, after: EventDefinitions) {
  return compareWithLock(lockOf(defineEvents(before)), defineEvents(after));
}

describe('a catalogue compared with its lock', () => {
  test('has nothing to tell where nothing changed', () => {
    expect(compare({ a: price }, { a: { ...price } })).toEqual({ refused: [], accepted: [], unchecked: [] });
  });

  test('is refused a changed field of the same schema version, with the upcaster that would do', () => {
    expect(compare({ a: price }, { a: { schema: z.object({ price: z.string() }) } }).refused).toEqual([
      {
        eventType: 'a',
        field: 'data.price',
        what: 'was a number, and is a string now',
        hint: 'Let in what was let in before, or add upcast: { 1: (old) => … }, which converts it.',
      },
    ]);
  });

  test('may change anything in a new schema version', () => {
    const after = { schema: z.object({ cents: z.int() }), upcast: { 1: same, 2: same } };
    expect(compare({ a: price }, { a: after })).toEqual({
      refused: [],
      accepted: [
        {
          eventType: 'a',
          field: undefined,
          what: 'is in schema version 3 now; older events pass through 2 new upcasters',
        },
      ],
      unchecked: [],
    });
  });

  test('is held to the last version alone: the next change needs the next upcaster', () => {
    const second = { schema: z.object({ cents: z.int() }), upcast: { 1: same } };
    const third = { schema: z.object({ cents: z.string() }), upcast: { 1: same } };
    expect(compare({ a: second }, { a: third }).refused).toMatchObject([
      { field: 'data.cents', hint: expect.stringContaining('upcast: { 2: (old) => … }') as string },
    ]);
  });

  test('is refused a type that is gone, and a version that went down; a new type is named', () => {
    const { refused, accepted } = compare(
      { a: price, b: { ...price, upcast: { 1: same } } },
      { b: price, c: price },
    );
    expect(refused).toMatchObject([
      { eventType: 'a', field: undefined, what: expect.stringContaining('was removed') as string },
      { eventType: 'b', what: expect.stringContaining('went down from schema version 2 to 1') as string },
    ]);
    expect(accepted).toEqual([{ eventType: 'c', field: undefined, what: 'is new' }]);
  });

  test('says where a library tells no JSON Schema, and still compares versions', () => {
    expect(compare({ a: { schema: silent } }, { a: { schema: silent } })).toEqual({
      refused: [],
      accepted: [],
      unchecked: ['a'],
    });
    expect(
      compare({ a: { schema: silent, upcast: { 1: same } } }, { a: { schema: silent } }).refused,
    ).toHaveLength(1);
  });

  test('may name its types as it likes', () => {
    expect(compare({ constructor: price }, { constructor: price, toString: price }).accepted).toEqual([
      { eventType: 'toString', field: undefined, what: 'is new' },
    ]);
  });
});

describe('a lock', () => {
  test('is the same text whatever the order of types and fields, and is read again', () => {
    const [x, y] = [z.object({ a: z.string(), b: z.int() }), z.object({ b: z.int(), a: z.string() })];
    const lock = lockOf(defineEvents({ first: { schema: x }, second: { schema: silent } }));
    const text = lockText(lockOf(defineEvents({ second: { schema: silent }, first: { schema: y } })));
    expect(lockText(lock)).toBe(text);
    expect(parseLock(text, 'events.lock.json')).toEqual(lock);
    expect(lock.events['second']).toEqual({ schemaVersion: 1, schemas: { 1: null } });
  });

  test('keeps the last state of every earlier version', () => {
    const first = lockOf(defineEvents({ a: price }));
    const second = lockOf(
      defineEvents({ a: { schema: z.object({ cents: z.int() }), upcast: { 1: same } } }),
      first,
    );
    expect(Object.keys(second.events['a']?.schemas ?? {})).toEqual(['1', '2']);
    expect(second.events['a']?.schemas[1]).toEqual(first.events['a']?.schemas[1]);
  });

  test.each([
    ['<<<<<<< HEAD', /is not JSON/],
    ['{}', /is no lock of a catalogue: lockVersion/],
    ['{"lockVersion":1,"events":{"a":{"schemaVersion":0,"schemas":{}}}}', /events\.a\.schemaVersion/],
    ['{"lockVersion":2,"events":{}}', /newer Projectionist \(lock version 2\)/],
  ])('that is not one is refused: %s', (text, message) => {
    expect(() => parseLock(text, 'events.lock.json')).toThrow(
      expect.objectContaining({
        code: 'LOCK_INVALID',
        message: expect.stringMatching(message) as string,
        evidence: { file: 'events.lock.json' },
      }),
    );
  });
});
