import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineEvents, isCatalogue, mergeCatalogues } from '../../src/event-log/catalogue.ts';

const schema = z.object({});
const same = (data: unknown) => data;

describe('defineEvents', () => {
  test.each(['', 'two words', 'a,b', 'line\nbreak'])('refuses the event type %j', (type) => {
    expect(() => defineEvents({ [type]: { schema } })).toThrow(
      expect.objectContaining({ code: 'DEFINITION_INVALID' }),
    );
  });

  test('refuses a definition without a schema, naming the type', () => {
    for (const definition of [{}, { schema: {} }, undefined, null]) {
      expect(() => defineEvents({ 'order.placed': definition as never })).toThrow(
        'order.placed has no schema',
      );
    }
  });

  test('refuses upcasters that are not numbered from 1 without gaps, or are no functions', () => {
    for (const upcast of [{ 2: same }, { 1: same, 3: same }, { 0: same }, { 1: 'text' as never }]) {
      expect(() => defineEvents({ a: { schema, upcast } })).toThrow(
        'The upcasters of a are not numbered 1, 2, 3 …',
      );
    }
    expect(isCatalogue(defineEvents({ a: { schema, upcast: { 2: same, 1: same } } }))).toBe(true);
  });

  test('refuses upcasters that return a promise or a generator, naming the step', () => {
    const asynchronous = async (old: unknown) => old;
    expect(() => defineEvents({ a: { schema, upcast: { 1: same, 2: asynchronous } } })).toThrow(
      'The upcaster of a from schema version 2 is asynchronous',
    );
    const generator = function* (old: unknown) {
      yield old;
    };
    expect(() => defineEvents({ a: { schema, upcast: { 1: generator } } })).toThrow(
      'The upcaster of a from schema version 1 is a generator',
    );
  });
});

describe('mergeCatalogues', () => {
  test('puts catalogues together, and takes one that comes twice once', () => {
    const [orders, things] = [
      defineEvents({ placed: { schema } }),
      defineEvents({ constructor: { schema } }),
    ];
    expect(Object.keys(mergeCatalogues([orders, things, orders]).events)).toEqual(['placed', 'constructor']);
  });

  test('refuses two definitions of one type', () => {
    const catalogues = [1, 2].map(() => defineEvents({ placed: { schema } }));
    expect(() => mergeCatalogues(catalogues)).toThrow('Two catalogues define placed');
  });
});
