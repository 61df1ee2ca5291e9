import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { defineEvents, type EventCatalogue } from '../../src/event-log/catalogue.ts';
import { eventCheck } from '../../src/event-log/check-event.ts';

const NOON = new Date(Date.UTC(2026, 0, 31, 12));

function check(input: unknown, catalogue?: EventCatalogue) {
  return eventCheck(catalogue, () => NOON)(input);
}

function problemOf(input: unknown, catalogue?: EventCatalogue): unknown {
  try {
    check(input, catalogue);
  } catch (error) {
    return error;
  }
  return undefined;
}

function refusal(data: unknown): string | undefined {
  return (problemOf({ ...plain, data }) as Error | undefined)?.message;
}

function nested(levels: number): unknown {
  return JSON.parse('['.repeat(levels) + ']'.repeat(levels));
}

const plain = { id: 'one', stream: 's', type: 'thing.happened', data: {} };

describe('the envelope', () => {
  test.each([null, 7, 'text', [plain], undefined])('%j is no event', (input) => {
    expect(problemOf(input)).toMatchObject({ code: 'EVENT_INVALID', message: 'An event is a JSON object' });
  });

  test.each([
    ['stream', undefined],
    ['stream', ''],
    ['stream', 7],
    ['type', undefined],
    ['id', null],
    ['id', 'x'.repeat(513)],
    ['stream', 'half \ud83c'],
    ['stream', 'zero \0'],
    ['schemaVersion', 0],
    ['schemaVersion', 1.5],
    ['schemaVersion', '1'],
    ['metadata', []],
    ['metadata', 'text'],
    ['metadata', new Date(0)],
    ['data', undefined],
    ['data', () => 1],
  ])('with %s = %j is refused, naming the field', (field, value) => {
    expect(problemOf({ ...plain, [field]: value })).toMatchObject({
      code: 'EVENT_INVALID',
      evidence: { field },
    });
  });

  test('with a member that no event has is refused, and the message lists those it may have', () => {
    expect(problemOf({ ...plain, strem: 's' })).toMatchObject({
      code: 'EVENT_INVALID',
      message: expect.stringMatching(
        /strem is not a member of an event \(those are id, stream, type, time, /,
      ),
      evidence: { field: 'strem', stream: 's', eventId: 'one', eventType: 'thing.happened' },
    });
    expect(problemOf(JSON.parse('{"__proto__": {}, "stream": "s", "type": "t", "data": {}}'))).toMatchObject({
      evidence: { field: '__proto__' },
    });
  });

  test('needs neither id, time, metadata nor schema version', () => {
    expect(check({ stream: 's', type: 't', data: 1, metadata: null })).toEqual({
      id: expect.any(String),
      stream: 's',
      type: 't',
      schemaVersion: 1,
      time: NOON.toISOString(),
      data: '1',
      metadata: null,
    });
  });
});

describe('the time', () => {
  test.each([
    ['2026-01-31T12:00:00.123Z', '2026-01-31T12:00:00.123Z'],
    ['2026-01-31T12:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.123456789Z', '2026-01-31T12:00:00.123Z'],
    ['2026-01-31T00:30:00+02:00', '2026-01-30T22:30:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
    ['0096-02-29T00:00:00Z', '0096-02-29T00:00:00.000Z'],
  ])('%s is kept as %s', (time, kept) => {
    expect(check({ ...plain, time }).time).toBe(kept);
  });

  test.each([
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00.000Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00.000Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T25:00:00Z',
    '2026-01-01T00:00:60.000Z',
    '2026-01-01T00:00:00+99:00',
    '9999-12-31T23:59:59-23:00',
    '0000-01-01T00:00:00+01:00',
  ])('%s does not exist', (time) => {
    expect(problemOf({ ...plain, time })).toMatchObject({
      code: 'EVENT_INVALID',
      message: expect.stringContaining('is not a time that exists'),
    });
  });

  test.each(['2026-01-31', '2026-01-31T12:00:00', '31.1.2026', 'now', 1769860800000, null, NOON])(
    '%j is not ISO 8601 with a zone',
    (time) => {
      expect(problemOf({ ...plain, time })).toMatchObject({
        code: 'EVENT_INVALID',
        message: expect.stringContaining('must be ISO 8601 with a zone'),
      });
    },
  );
});

describe('data', () => {
  test('may be nested 1000 levels deep, as SQLite reads it, and no deeper', () => {
    expect(refusal(nested(1000))).toBeUndefined();
    for (const levels of [1001, 10_000, 1_000_000])
      expect(refusal(nested(levels))).toMatch(/^thing\.happened: data /);
    expect(refusal(nested(1001))).toContain('nested deeper than 1000 levels');
  });

  test('may hold any number of brackets in its text', () => {
    expect(refusal({ text: '"\\['.repeat(5000) })).toBeUndefined();
    expect(refusal({ text: `${'['.repeat(5000)}\\` })).toBeUndefined();
  });

  test('with half of a surrogate pair is refused, in a value and in a key', () => {
    expect(refusal({ text: 'half \ud83c' })).toContain('well-formed Unicode');
    expect(refusal({ 'half \udf88': 1 })).toContain('well-formed Unicode');
    expect(refusal({ text: '\\\ud83c' })).toContain('well-formed Unicode');
    expect(refusal({ text: String.raw`whole 🎈, and the text \ud83c` })).toBeUndefined();
  });

  test('with a number that JSON cannot hold is refused', () => {
    expect(refusal({ list: [null, { price: Number.POSITIVE_INFINITY }] })).toContain(
      'infinite or not a number',
    );
    expect(refusal(Number.NaN)).toContain('infinite or not a number');
    expect(refusal({ price: null, text: 'null' })).toBeUndefined();
    expect(refusal({ price: 10n })).toContain('cannot be written as JSON');
  });

  test('that refers to itself is refused', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(refusal(circle)).toContain('cannot be written as JSON');
  });

  test('of more than 64 Mi characters is refused', () => {
    expect(refusal('x'.repeat(64 * 1024 * 1024))).toContain('longer than 64 Mi characters');
  });
});

describe('a catalogue', () => {
  const orders = defineEvents({
    'order.placed': {
      schema: z.strictObject({ total: z.number(), lines: z.array(z.object({ price: z.number() })) }),
    },
  });
  const placed = { ...plain, type: 'order.placed' };

  test('refuses data that its zod schema refuses, naming the field', () => {
    const data = { total: 1, lines: [{ price: 1 }, { price: 'two' }] };
    expect(check({ ...placed, data: { total: 1, lines: [] } }, orders).schemaVersion).toBe(1);
    expect(problemOf({ ...placed, data }, orders)).toMatchObject({
      code: 'EVENT_INVALID',
      message: expect.stringContaining('order.placed: data.lines.1.price'),
      evidence: { field: 'data.lines.1.price', eventType: 'order.placed', stream: 's', eventId: 'one' },
    });
  });

  test.each(['order.plced', 'constructor', '__proto__', 'toString'])(
    'refuses the type %s, which it lacks',
    (type) => {
      expect(problemOf({ ...plain, type }, orders)).toMatchObject({
        code: 'EVENT_TYPE_UNKNOWN',
        hint: expect.stringContaining('Known types: order.placed.'),
      });
    },
  );

  test('takes any Standard Schema', () => {
    const catalogue = defineEvents({ counted: { schema: evenNumber() } });
    expect(check({ ...plain, type: 'counted', data: 4 }, catalogue).data).toBe('4');
    expect(problemOf({ ...plain, type: 'counted', data: 5 }, catalogue)).toMatchObject({
      code: 'EVENT_INVALID',
      message: 'counted: data.count is odd',
    });
  });

  test('keeps the data as it came, not as a schema transforms it', () => {
    const catalogue = defineEvents({ counted: { schema: z.object({ n: z.coerce.number().default(1) }) } });
    expect(check({ ...plain, type: 'counted', data: { n: '7', more: true } }, catalogue).data).toBe(
      '{"n":"7","more":true}',
    );
  });

  test('checks the data as JSON, in which a Date is text', () => {
    const dates = defineEvents({ dated: { schema: z.object({ at: z.date() }) } });
    const texts = defineEvents({ dated: { schema: z.object({ at: z.iso.datetime() }) } });
    const input = { ...plain, type: 'dated', data: { at: NOON } };
    expect(problemOf(input, dates)).toMatchObject({ code: 'EVENT_INVALID', evidence: { field: 'data.at' } });
    expect(check(input, texts).data).toBe('{"at":"2026-01-31T12:00:00.000Z"}');
  });

  test.each([
    ['validates asynchronously', z.string().refine(() => Promise.resolve(true))],
    [
      'throws',
      z.string().refine(() => {
        throw new Error('broken');
      }),
    ],
  ])('refuses an event whose schema %s, and leaves no rejection unheard', async (_, schema) => {
    const unheard = vi.fn<() => void>();
    process.on('unhandledRejection', unheard);
    const catalogue = defineEvents({ late: { schema } });
    expect(problemOf({ ...plain, type: 'late', data: 'text' }, catalogue)).toMatchObject({
      code: 'EVENT_INVALID',
      message: expect.stringContaining('validates asynchronously, or throws'),
    });
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unheard);
    expect(unheard).not.toHaveBeenCalled();
  });
});

describe('upcasting', () => {
  const shipped = defineEvents({
    'order.shipped': {
      schema: z.strictObject({ carrier: z.object({ name: z.string() }), parcels: z.number() }),
      upcast: {
        1: ({ by }: { by: string }) => ({ carrier: by.trim() }),
        2: ({ carrier }: { carrier: string }) => ({ carrier: { name: carrier }, parcels: 1 }),
      },
    },
  });
  const event = { ...plain, type: 'order.shipped' };

  test('brings older data through every version before its check, and keeps it as it was written', () => {
    const checked = check({ ...event, schemaVersion: 1, data: { by: 'Swift' } }, shipped);
    expect(checked).toMatchObject({ schemaVersion: 1, data: '{"by":"Swift"}' });
    expect(check({ ...event, schemaVersion: 2, data: { carrier: 'Swift' } }, shipped).schemaVersion).toBe(2);
  });

  test('is not done to data of the current version, which is the version of data that states none', () => {
    const data = { carrier: { name: 'Swift' }, parcels: 2 };
    expect(check({ ...event, data }, shipped).schemaVersion).toBe(3);
    expect(problemOf({ ...event, data: { by: 'Swift' } }, shipped)).toMatchObject({ code: 'EVENT_INVALID' });
  });

  test('that gives data which the schema refuses, or throws, refuses the event', () => {
    expect(problemOf({ ...event, schemaVersion: 2, data: { carrier: 7 } }, shipped)).toMatchObject({
      evidence: { field: 'data.carrier.name' },
    });
    expect(problemOf({ ...event, schemaVersion: 1, data: {} }, shipped)).toMatchObject({
      code: 'EVENT_INVALID',
      message: expect.stringContaining('data cannot be upcast from schema version 1'),
    });
  });

  test('knows nothing of a version that is newer than the catalogue', () => {
    expect(problemOf({ ...event, schemaVersion: 4, data: {} }, shipped)).toMatchObject({
      code: 'EVENT_SCHEMA_NEWER',
      message: 'order.shipped is written in schema version 4, and the catalogue knows versions up to 3',
    });
  });
});

function evenNumber(): StandardSchemaV1<number> {
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) =>
        typeof value === 'number' && value % 2 === 0
          ? { value }
          : { issues: [{ message: 'is odd', path: [{ key: 'count' }] }] },
    },
  };
}
