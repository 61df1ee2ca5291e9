import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { createProjectionist, defineEvents, projection } from 'projectionist';
import { createClient } from 'projectionist/client';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import ordersProjection from '../../projections/orders.ts';
import productsProjection from '../../projections/products.ts';
import revenueProjection from '../../projections/revenue.ts';
import { serve } from '../../src/http/serve.ts';
import type { ProjectionistOptions } from '../../src/projectionist-options.ts';

/** A tenth of the samples' events is enough. */
const shopEvents = readFileSync(new URL('../../data/shop.events.ndjson', import.meta.url), 'utf8')
  .split('\n')
  .slice(0, 2000)
  .join('\n');
const shopProjections = {
  orders: ordersProjection,
  products: productsProjection,
  revenue: revenueProjection,
};

/** Names that anything may be in, and that a query string may trip over. */
export const notes = sqliteTable('notes', {
  id: text().primaryKey(),
  body: text().notNull(),
  order: text().notNull(),
  'a,"b".c': text().notNull(),
});

export const notesProjection = projection({
  name: 'notes',
  events: defineEvents({ 'note.taken': { schema: z.strictObject({ body: z.string() }) } }),
  views: { notes },
  on: {
    'note.taken': (e, db) =>
      db
        .insert(notes)
        .values({ id: e.stream, body: e.data.body, order: e.data.body, 'a,"b".c': e.data.body }),
  },
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'projectionist-client-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

async function served(options: ProjectionistOptions, lines?: string) {
  const projectionist = await createProjectionist({ data: options.data ?? temporaryFolder(), ...options });
  onTestFinished(() => projectionist.close());
  if (lines !== undefined) await projectionist.importLines(Readable.from(lines));
  projectionist.start();
  await projectionist.ready();
  const server = await serve(projectionist.app, { host: '127.0.0.1', port: 0, ...options });
  onTestFinished(async () => {
    projectionist.endStreams();
    await server.close();
  });
  return { projectionist, server };
}

/** The samples over their events, served until the test is over. */
export async function shop(options: ProjectionistOptions = {}) {
  const { projectionist, server } = await served(
    { projections: Object.values(shopProjections), ...options },
    shopEvents,
  );
  return { projectionist, server, client: createClient<typeof shopProjections>(server.url) };
}

/** Notes without any events. */
export async function notebook(options: ProjectionistOptions = {}) {
  const { projectionist, server } = await served({ projections: [notesProjection], ...options });
  return { projectionist, server, client: createClient<[typeof notesProjection]>(server.url) };
}
