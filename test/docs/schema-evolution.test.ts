import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Workspace } from '../cli/support.ts';

const GUIDE = readFileSync('docs/schema-evolution.md', 'utf8');

/** The first code block of the guide that contains a text. */
function blockWith(part: string): string {
  const block = [...GUIDE.matchAll(/^```\w*\n(.*?)^```$/gms)]
    .map((match) => match[1] as string)
    .find((text) => text.includes(part));
  if (block === undefined) throw new Error(`The guide has no block with ${part}`);
  return block;
}

const catalogue = (definition: string): string => `
import { defineEvents } from 'projectionist';
import { z } from 'zod';
export const events = defineEvents({ ${definition} });
`;

const projection = (customer: string, cents: string): string => `
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { sql } from 'drizzle-orm';
import { projection } from 'projectionist';
import { events } from './events.ts';
export const orders = sqliteTable('orders', { id: text().primaryKey(), customer: text().notNull(), cents: integer().notNull() });
export default projection({
  name: 'orders',
  events,
  views: { orders },
  on: { 'order.placed': (e, db) => db.insert(orders).values({ id: e.stream, customer: ${customer}, cents: ${cents} }) },
});
`;

const BEFORE = "'order.placed': { schema: z.object({ customer: z.string(), total: z.number() }) }";
const RENAMED = "'order.placed': { schema: z.object({ customerId: z.string(), total: z.number() }) }";

describe('a change of an event, step by step as in the guide', () => {
  let workspace: Workspace;
  const define = (definition: string, handler: string): void => {
    writeFileSync(workspace.path('projections', 'events.ts'), catalogue(definition));
    writeFileSync(workspace.path('projections', 'orders.ts'), handler);
  };
  beforeAll(() => {
    workspace = new Workspace({ hasSamples: false });
  });
  afterAll(() => workspace.remove());

  test('an event is written, and the catalogue is locked', () => {
    define(BEFORE, projection('e.data.customer', 'sql`cast(round(${e.data.total} * 100) as integer)`'));
    const event = JSON.stringify({
      stream: 'order-1',
      type: 'order.placed',
      data: { customer: 'ada', total: 12.5 },
    });
    expect(workspace.run(['append', '-'], { input: event }).code).toBe(0);
    expect(workspace.run(['check', '--lock']).code).toBe(0);
  });

  test('the change is refused in the words of the guide', () => {
    define(RENAMED, projection('e.data.customerId', 'sql`cast(round(${e.data.total} * 100) as integer)`'));
    const { code, error } = workspace.run(['check']);
    expect(code).toBe(1);
    expect(error).toContain(blockWith('Error: 2 changes'));
  });

  test("without an upcaster the log's own event fails too", () => {
    const { out } = workspace.run(['check', '--against', 'data']);
    expect(out).toContain(
      'order.placed: data.customerId: Invalid input: expected string, received undefined',
    );
    expect(out).toContain('NOT NULL constraint failed: orders.customer');
  });

  test('with the upcasters of the guide nothing fails, and the event is read in its new shape', () => {
    define(blockWith("'order.placed': {"), projection('e.data.customerId', 'e.data.total.cents'));
    const { code, out } = workspace.run(['check', '--against', 'data']);
    expect(out).toContain('orders: applied up to position 1, without a failure');
    expect(code).toBe(0);
    expect(workspace.run(['check', '--lock']).out).toContain(
      'order.placed is in schema version 3 now; older events pass through 2 new upcasters',
    );
    expect(workspace.run(['check', '--frozen']).code).toBe(0);
    expect(workspace.run(['rebuild', 'orders']).code).toBe(0);
    expect(JSON.parse(workspace.run(['query', 'orders', '--json']).out)).toEqual([
      { id: 'order-1', customer: 'ada', cents: 1250 },
    ]);
  });

  test('an export is as good as the log', () => {
    const lines = workspace.run(['events', '--json', '--limit', '1000000']).out;
    writeFileSync(workspace.path('production.ndjson'), lines);
    expect(workspace.run(['check', '--against', 'production.ndjson'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('production.ndjson: 1 event, of which 1 were held') as string,
    });
  });
});
