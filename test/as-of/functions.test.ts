import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineEvents, fn, projection } from '../../src/index.ts';
import { started, temporaryFolder } from './support.ts';

const events = defineEvents({
  'page.titled': {
    schema: z.object({ id: z.string(), title: z.string() }),
    upcast: { 1: (old: { id: string; name: string }) => ({ id: old.id, title: old.name }) },
  },
});
const pages = sqliteTable('pages', { id: text().primaryKey(), slug: text().notNull() });
const slug = fn('slug', (title: string) => title.toLowerCase().replaceAll(' ', '-'));

test('the past is computed with the same functions and upcasters, also where only the caller has them', async () => {
  const projectionist = await started({
    data: temporaryFolder(),
    projections: [
      projection({
        name: 'pages',
        events,
        views: { pages },
        on: {
          'page.titled': (e, db) =>
            db
              .insert(pages)
              .values({ id: e.data.id, slug: slug(e.data.title) })
              .onConflictDoUpdate({ target: pages.id, set: { slug: slug(e.data.title) } }),
        },
      }),
    ],
  });
  await projectionist.log.append('p', {
    type: 'page.titled',
    schemaVersion: 1,
    data: { id: 'a', name: 'First Try' },
  });
  await projectionist.log.append('p', { type: 'page.titled', data: { id: 'a', title: 'Second Try' } });
  await projectionist.waitFor('pages', 2);
  using first = await projectionist.asOf('pages', 1);
  expect(first.view(pages).all()).toEqual([{ id: 'a', slug: 'first-try' }]);
  using second = await projectionist.asOf('pages', 2);
  expect(second.view(pages).all()).toEqual([{ id: 'a', slug: 'second-try' }]);
});

test('what has no past here is refused: other projections, their views, positions after the head', async () => {
  const projectionist = await started({ data: temporaryFolder() });
  await projectionist.ready();
  using past = await projectionist.asOf('orders', 0);
  expect(() => past.view(pages)).toThrow(/no view of orders/);
  await expect(projectionist.asOf('nothing', 0)).rejects.toMatchObject({ code: 'PROJECTION_UNKNOWN' });
  await expect(projectionist.asOf('orders', 1)).rejects.toMatchObject({ code: 'POSITION_AHEAD' });
});
