import { eq } from 'drizzle-orm';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineEvents } from '../../src/event-log/catalogue.ts';
import { compile } from '../../src/projection/compile.ts';
import { projection, type ViewPolicy } from '../../src/projection/define.ts';
import { RowPolicies } from '../../src/projection/row-policy.ts';
import { unguardedViews } from '../../src/projection/unguarded-views.ts';

const events = defineEvents({ 'note.made': { schema: z.object({ owner: z.string() }) } });
const notes = sqliteTable('notes', { id: text().primaryKey(), owner: text().notNull() });
const tags = sqliteTable('tags', { id: text().primaryKey() });

function definition(policy?: { notes?: ViewPolicy; tags?: ViewPolicy }) {
  return projection({
    name: 'notes',
    events,
    views: { notes, tags },
    on: { 'note.made': (e, db) => db.insert(notes).values({ id: e.stream, owner: e.data.owner }) },
    ...(policy && { policy }),
  });
}

const own: ViewPolicy = ({ claims }) => eq(notes.owner, claims.sub);

test('a policy is evaluated with the claims of the caller, for its own view', () => {
  const policy = new RowPolicies([definition({ notes: own })]).for({ sub: 'ann' });
  expect(policy?.('notes')).toBeDefined();
  expect(policy?.('tags')).toBeUndefined();
});

test.each<[string, ViewPolicy]>([
  [
    'throws',
    () => {
      throw new Error('no');
    },
  ],
  ['answers no condition', (() => true) as unknown as ViewPolicy],
])('a policy that %s refuses', (_, policy) => {
  expect(() => new RowPolicies([definition({ notes: policy })]).for({})?.('notes')).toThrow(
    expect.objectContaining({ code: 'FORBIDDEN' }),
  );
});

test('a view whose definition is gone is refused as soon as there are policies', () => {
  expect(() => new RowPolicies([definition({ notes: own })]).for({})?.('older')).toThrow(/may not be seen/);
  expect(new RowPolicies([definition()]).for({})).toBeUndefined();
});

test('a policy is no part of the program', () => {
  expect(compile(definition({ notes: own })).compiled?.program.hash).toBe(
    compile(definition()).compiled?.program.hash,
  );
});

test('a policy of a view that is not there is refused', () => {
  const wrong = definition({ note: own } as never);
  expect(compile(wrong).problems).toMatchObject([{ hint: 'Did you mean notes?' }]);
});

test('a view without a policy beside one that has it is pointed out, unless somebody says that it is meant', () => {
  expect(unguardedViews([definition()])).toEqual([]);
  expect(unguardedViews([definition({ notes: own })])).toEqual([
    { projection: 'notes', view: 'tags', guarded: ['notes'] },
  ]);
  expect(unguardedViews([definition({ notes: own, tags: () => undefined })])).toEqual([]);
});
