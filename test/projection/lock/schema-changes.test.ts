import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { jsonSchemaOf } from '../../../src/projection/json-schema.ts';
import { canonicalSchema } from '../../../src/projection/lock/canonical-schema.ts';
import { schemaChanges } from '../../../src/projection/lock/schema-changes.ts';

function changesOf(before: z.ZodType, after: z.ZodType) {
  const [old, now] = [before, after].map((schema) => canonicalSchema(jsonSchemaOf(schema) ?? {}));
  return schemaChanges(old ?? {}, now ?? {});
}

/** As sentences; a change that is refused begins with an exclamation mark. */
function sentences(before: z.ZodType, after: z.ZodType): string[] {
  return changesOf(before, after).map(
    ({ path, what, remedy }) => `${remedy === undefined ? '' : '! '}${path} ${what}`,
  );
}

const text = z.string();

const tree = (name: z.ZodType): z.ZodType => {
  const node: z.ZodType = z.object({
    name,
    get children() {
      return z.array(node);
    },
  });
  return node;
};

describe('no change', () => {
  test.each<[string, z.ZodType, z.ZodType]>([
    ['in the same schema', z.object({ a: text, b: z.array(text) }), z.object({ a: text, b: z.array(text) })],
    [
      'of the order of fields and values',
      z.object({ a: text, b: z.enum(['x', 'y']) }),
      z.object({ b: z.enum(['y', 'x']), a: text }),
    ],
    [
      'in descriptions and defaults',
      z.object({ a: text.default('x') }),
      z.object({ a: text.describe('why').default('y') }),
    ],
    [
      'between a union of literals and an enum',
      z.union([z.literal('a'), z.literal('b')]),
      z.enum(['a', 'b']),
    ],
    [
      'between an intersection and one object',
      z.intersection(z.object({ a: text }), z.object({ b: text })),
      z.object({ a: text, b: text }),
    ],
    ['between nullable and a union with null', text.nullable(), z.union([z.null(), text])],
    ['of a schema that is made of itself', tree(text), tree(text)],
    [
      'of a field that is called like a keyword',
      z.object({ title: text, default: text }),
      z.object({ title: text, default: text }),
    ],
  ])('%s', (_, before, after) => {
    expect(sentences(before, after)).toEqual([]);
  });
});

describe('accepted', () => {
  test.each<[string, z.ZodType, z.ZodType, string[]]>([
    [
      'an optional field',
      z.object({}),
      z.object({ note: text.optional() }),
      ['data.note was added, optional'],
    ],
    [
      'a field with a default',
      z.object({}),
      z.object({ note: text.default('') }),
      ['data.note was added, optional'],
    ],
    [
      'an optional field of items',
      z.object({ items: z.array(z.object({})) }),
      z.object({ items: z.array(z.object({ tax: z.number().optional() })) }),
      ['data.items[].tax was added, optional'],
    ],
    [
      'a field that becomes optional',
      z.object({ a: text }),
      z.object({ a: text.optional() }),
      ['data.a is optional now'],
    ],
    ['null', z.object({ a: text }), z.object({ a: text.nullable() }), ['data.a may be null too']],
    [
      'a wider enum',
      z.object({ a: z.enum(['x']) }),
      z.object({ a: z.enum(['x', 'y', 'z']) }),
      ['data.a takes "y", "z" too'],
    ],
    [
      'any text in place of an enum',
      z.object({ a: z.enum(['x']) }),
      z.object({ a: text }),
      ['data.a takes any string now'],
    ],
    [
      'another type beside the first',
      z.object({ a: text }),
      z.object({ a: z.union([text, z.number()]) }),
      ['data.a may be a number too'],
    ],
    [
      'any number in place of whole ones',
      z.object({ a: z.int() }),
      z.object({ a: z.number() }),
      ['data.a takes any number now, not whole ones only'],
    ],
    [
      'a bound that is gone',
      z.object({ a: text.max(5) }),
      z.object({ a: text }),
      ['data.a has no maxLength of 5 any more'],
    ],
    [
      'a bound that is wider',
      z.object({ a: z.number().min(5) }),
      z.object({ a: z.number().min(1) }),
      ['data.a has a minimum of 1 now, not of 5'],
    ],
    [
      'fields that are not named',
      z.strictObject({}),
      z.object({}),
      ['data takes fields now that it does not name'],
    ],
    ['any value', z.object({ a: text }), z.object({ a: z.unknown() }), ['data.a takes any value now']],
    [
      'another kind of a discriminated union',
      z.discriminatedUnion('by', [z.object({ by: z.literal('card'), number: text })]),
      z.discriminatedUnion('by', [
        z.object({ by: z.literal('card'), number: text }),
        z.object({ by: z.literal('cash') }),
      ]),
      ['data may be an object too'],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(sentences(before, after).toSorted()).toEqual(expected);
  });
});

describe('refused', () => {
  test.each<[string, z.ZodType, z.ZodType, string[]]>([
    ['a removed field', z.object({ a: text, b: text }), z.object({ a: text }), ['! data.b was removed']],
    [
      'a renamed field',
      z.object({ a: text }),
      z.object({ b: text }),
      ['! data.a was removed', '! data.b was added, and is required'],
    ],
    ['a required field', z.object({}), z.object({ a: text }), ['! data.a was added, and is required']],
    [
      'a field that becomes required',
      z.object({ a: text.optional() }),
      z.object({ a: text }),
      ['! data.a was optional, and is required now'],
    ],
    [
      'another type',
      z.object({ a: text }),
      z.object({ a: z.number() }),
      ['! data.a was a string, and is a number now'],
    ],
    [
      'whole numbers only',
      z.object({ a: z.number() }),
      z.object({ a: z.int() }),
      ['! data.a was a number, and is a whole number now'],
    ],
    [
      'no null any more',
      z.object({ a: text.nullable() }),
      z.object({ a: text }),
      ['! data.a may no longer be null'],
    ],
    [
      'a narrower enum',
      z.object({ a: z.enum(['x', 'y']) }),
      z.object({ a: z.enum(['x']) }),
      ['! data.a no longer takes "y"'],
    ],
    [
      'an enum in place of text',
      z.object({ a: text }),
      z.object({ a: z.enum(['x']) }),
      ['! data.a took any string, and takes only "x" now'],
    ],
    [
      'a value in place of another',
      z.object({ a: z.literal(1) }),
      z.object({ a: z.literal(2) }),
      ['! data.a no longer takes 1', 'data.a takes 2 too'],
    ],
    [
      'a type in place of any',
      z.object({ a: z.unknown() }),
      z.object({ a: text }),
      ['! data.a took any value, and is a string now'],
    ],
    ['a bound', z.object({ a: text }), z.object({ a: text.min(1) }), ['! data.a has a minLength of 1 now']],
    [
      'a narrower bound',
      z.object({ a: z.array(text).max(9) }),
      z.object({ a: z.array(text).max(3) }),
      ['! data.a has a maxItems of 3 now, not of 9'],
    ],
    [
      'a pattern',
      z.object({ a: text }),
      z.object({ a: text.regex(/^x/) }),
      ['! data.a has a pattern now: "^x"'],
    ],
    [
      'a strict object',
      z.object({}),
      z.strictObject({}),
      ['! data no longer takes fields that it does not name'],
    ],
    [
      'a narrower field of items',
      z.object({ items: z.array(z.object({ price: z.number() })) }),
      z.object({ items: z.array(z.object({ price: text })) }),
      ['! data.items[].price was a number, and is a string now'],
    ],
    [
      'a narrower value of a record',
      z.object({ rates: z.record(text, z.number()) }),
      z.object({ rates: z.record(text, text) }),
      ['! data.rates.* was a number, and is a string now'],
    ],
    [
      'a narrower place of a tuple',
      z.tuple([text, z.number()]),
      z.tuple([text, text]),
      ['! data[1] was a number, and is a string now'],
    ],
    [
      'a narrower field far down a recursion',
      tree(text),
      tree(z.number()),
      [
        '! data.children[].name was a string, and is a number now',
        '! data.name was a string, and is a number now',
      ],
    ],
    [
      'a kind that is gone from a union',
      z.discriminatedUnion('by', [
        z.object({ by: z.literal('card'), number: text }),
        z.object({ by: z.literal('cash') }),
      ]),
      z.discriminatedUnion('by', [z.object({ by: z.literal('cash') })]),
      ['! data.by no longer takes "card"', '! data.number was removed', 'data.by takes "cash" too'],
    ],
    ['data that is no object any more', z.object({}), text, ['! data was an object, and is a string now']],
  ])('%s', (_, before, after, expected) => {
    expect(sentences(before, after).toSorted()).toEqual(expected);
  });
});

type Pair = readonly [before: z.ZodType, after: z.ZodType];

const leaves = fc.oneof(
  fc.constantFrom<z.ZodType[]>(
    text,
    z.number(),
    z.int(),
    z.boolean(),
    z.null(),
    z.unknown(),
    text.min(2),
    z.number().max(1),
  ),
  fc.subarray(['a', 'b', 'c'] as const, { minLength: 1 }).map((members) => z.enum(members)),
);

/** Two schemas that have much in common: with as many steps between them as it comes. */
const pairs = fc.letrec<{ any: Pair }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    leaves.map((leaf): Pair => [leaf, leaf]),
    fc.tuple(leaves, leaves),
    tie('any').map(([before, after]): Pair => [z.array(before), z.array(after)]),
    fc
      .tuple(tie('any'), fc.boolean())
      .map(([[before, after], wasNullable]): Pair => [
        wasNullable ? before.nullable() : before,
        after.nullable(),
      ]),
    fc
      .tuple(tie('any'), tie('any'))
      .map(([left, right]): Pair => [z.union([left[0], right[0]]), z.union([right[1], left[1]])]),
    fc.tuple(tie('any'), leaves).map(([[before, after], leaf]): Pair => [before, z.union([leaf, after])]),
    fc
      .tuple(fields(tie('any')), fc.boolean(), fc.boolean())
      .map(([shape, wasStrict, isStrict]): Pair => [
        objectOf(shape, 0, wasStrict),
        objectOf(shape, 1, isStrict),
      ]),
  ),
})).any;

type Field = readonly [pair: Pair, isOptional: readonly [boolean, boolean]];

function fields(pair: fc.Arbitrary<Pair>): fc.Arbitrary<Record<string, Field>> {
  return fc.dictionary(fc.constantFrom('x', 'y'), fc.tuple(pair, fc.tuple(fc.boolean(), fc.boolean())));
}

function objectOf(shape: Readonly<Record<string, Field>>, side: 0 | 1, isStrict: boolean): z.ZodType {
  const members = Object.entries(shape).map(([name, [pair, isOptional]]) => [
    name,
    isOptional[side] ? pair[side].optional() : pair[side],
  ]);
  const object = Object.fromEntries(members) as Record<string, z.ZodType>;
  return isStrict ? z.strictObject(object) : z.object(object);
}

const values = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown[]>('a', 'b', 'c', 'long', 0, 1.5, 7, true, null),
    fc.array(tie('any'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('x', 'y'), tie('any')),
  ),
})).any;

test('what is accepted lets in every value that was let in before', () => {
  const seen = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(pairs, fc.array(values, { minLength: 20, maxLength: 20 }), ([before, after], samples) => {
      const isAccepted = changesOf(before, after).every(({ remedy }) => remedy === undefined);
      seen[isAccepted ? 'accepted' : 'refused'] += 1;
      if (!isAccepted) return;
      for (const sample of samples.filter((value) => before.safeParse(value).success))
        expect(after.safeParse(sample).success).toBe(true);
    }),
    { numRuns: 2000 },
  );
  // Neither answer is so rare that the property would say little.
  expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(200);
});

test('a schema has no change against itself', () => {
  fc.assert(
    fc.property(pairs, ([schema]) => {
      expect(changesOf(schema, schema)).toEqual([]);
    }),
  );
});
