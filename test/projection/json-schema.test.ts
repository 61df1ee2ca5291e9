import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jsonSchemaOf } from '../../src/projection/json-schema.ts';
import { nearest } from '../../src/nearest.ts';
import { ANY_ITEM, missingStep, type PathStep, schemasAt } from '../../src/projection/schema-path.ts';

const category = z.object({
  name: z.string(),
  get parts() {
    return z.array(category).optional();
  },
});
type Json = string | Json[] | { [key: string]: Json };
const json: z.ZodType<Json> = z.lazy(() => z.union([z.string(), z.array(json), z.record(z.string(), json)]));

const schema = z.object({
  text: z.string().nullish(),
  open: z.looseObject({ known: z.string() }),
  maybe: z.object({ inner: z.object({ deep: z.number() }).nullable() }).optional(),
  either: z.union([z.object({ a: z.string() }), z.object({ b: z.object({ c: z.number() }) }), z.string()]),
  both: z.intersection(z.object({ l: z.string() }), z.object({ r: z.string() })),
  rates: z.record(z.string(), z.object({ value: z.number() })),
  list: z.array(z.object({ sku: z.string() })),
  pair: z.tuple([z.string(), z.object({ x: z.number() })]),
  tree: category,
  json,
  unknown: z.unknown(),
  date: z.date(),
});

function missing(...path: PathStep[]): string | undefined {
  const root = jsonSchemaOf(schema);
  if (root === undefined) throw new Error('zod tells its JSON Schema');
  return missingStep(root, path)?.name;
}

describe('paths of a schema', () => {
  it.each<[string, PathStep[]]>([
    ['nullish fields', ['text']],
    ['named and other fields of a loose object', ['open', 'other']],
    ['through optional and nullable objects', ['maybe', 'inner', 'deep']],
    ['of any member of a union', ['either', 'b', 'c']],
    ['of both sides of an intersection', ['both', 'r']],
    ['under any name of a record', ['rates', 'usd', 'value']],
    ['of items by index', ['list', '0', 'sku']],
    ['of items in forEach', ['list', ANY_ITEM, 'sku']],
    ['of a tuple', ['pair', '1', 'x']],
    ['through recursion', ['tree', 'parts', '0', 'parts', ANY_ITEM, 'name']],
    ['through a lazy union', ['json', 'a', '0', 'b']],
    ['below unknown', ['unknown', 'anything', 'at', 'all']],
    ['below what JSON Schema cannot say', ['date', 'anything']],
  ])('may be %s', (_, path) => {
    expect(missing(...path)).toBeUndefined();
  });

  it.each<[string, PathStep[], string]>([
    ['a field that is not named', ['nope'], 'nope'],
    ['a field of text', ['text', 'length'], 'length'],
    ['a nested field', ['maybe', 'inner', 'shallow'], 'shallow'],
    ['a field of no member of a union', ['either', 'z'], 'z'],
    ['a field of a record value', ['rates', 'usd', 'rate'], 'rate'],
    ['a name on an array', ['list', 'sku'], 'sku'],
    ['a field of items', ['list', ANY_ITEM, 'sky'], 'sky'],
    ['an index beyond a tuple', ['pair', '2'], '2'],
    ['a field after recursion', ['tree', 'parts', '0', 'nome'], 'nome'],
  ])('are not %s', (_, path, name) => {
    expect(missing(...path)).toBe(name);
  });

  it('tell what is there', () => {
    const root = jsonSchemaOf(schema) ?? {};
    expect(schemasAt(root, ['list', ANY_ITEM, 'sku'])).toEqual([{ type: 'string' }]);
    expect(schemasAt(root, ['unknown', 'x'])).toEqual([]);
    expect(missingStep(root, ['maybe', 'iner'])?.known).toEqual(['inner']);
  });

  it('are unknown for libraries without JSON Schema, and for schemas that cannot say theirs', () => {
    const standard = (members: object) =>
      ({
        '~standard': { version: 1, vendor: 'x', validate: () => ({ value: 1 }), ...members },
      }) as StandardSchemaV1;
    expect(jsonSchemaOf(standard({}))).toBeUndefined();
    const failing = () => {
      throw new Error('cannot be represented');
    };
    expect(jsonSchemaOf(standard({ jsonSchema: { input: failing } }))).toBeUndefined();
  });

  it('end where a schema is made of itself', () => {
    const loop = { anyOf: [{ $ref: '#' }, { $ref: '#' }] };
    expect(missingStep(loop, ['x'])).toBeUndefined();
  });
});

describe('nearest', () => {
  it.each([
    ['order.plcaed', 'order.placed'],
    ['ORDER.PLACED', 'order.placed'],
    ['order.place', 'order.placed'],
    ['orderr.shiped', 'order.shipped'],
    ['invoice.sent', undefined],
    ['', undefined],
  ])('%s is %s', (name, expected) => {
    expect(nearest(name, ['order.placed', 'order.shipped', 'order.cancelled'])).toBe(expected);
  });
});
