import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Server, Workspace } from './support.ts';

const DEFINITION = `
import { eq, sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, must, projection } from 'projectionist';
import { z } from 'zod';
const events = defineEvents({
  'account.opened': { schema: z.object({}) },
  'account.deposited': { schema: z.object({ amount: z.int() }) },
});
const accounts = sqliteTable('accounts', { id: text().primaryKey(), balance: integer().notNull() });
export default projection({
  name: 'accounts', events, views: { accounts },
  on: {
    'account.opened': (e, db) => db.insert(accounts).values({ id: e.stream, balance: 0 }),
    'account.deposited': (e, db) => must(db.update(accounts)
      .set({ balance: sql\`\${accounts.balance} + \${e.data.amount}\` }).where(eq(accounts.id, e.stream))),
  },
});
`;

const EVENTS = [
  { stream: 'a', type: 'account.opened', data: {} },
  ...['b 1', 'c'].flatMap((stream) => [
    { stream, type: 'account.deposited', data: { amount: 3 } },
    { stream, type: 'account.opened', data: {} },
    { stream, type: 'account.deposited', data: { amount: 4 } },
  ]),
];

let workspace: Workspace;
beforeAll(() => {
  workspace = new Workspace({ hasSamples: false });
  writeFileSync(workspace.path('projections/accounts.ts'), DEFINITION);
  workspace.run(['append', '-'], { input: EVENTS.map((event) => JSON.stringify(event)).join('\n') });
  workspace.run(['rebuild', 'accounts']);
});
afterAll(() => workspace.remove());

test('what is parked is listed, and shown with its statement and events', () => {
  const list = workspace.run(['dead-letters', 'list']);
  expect(list.out).toMatch(/accounts\s+b 1\s+2\s+3\s+account\.deposited/);
  const { out } = workspace.run(['dead-letters', 'show', 'accounts', 'b 1']);
  expect(out).toContain('changed no row');
  expect(out).toContain('update "accounts"');
  expect(out).toContain('tried once at');
  expect(out).toMatch(/^2 {2}\S+ {2}account\.deposited {2}b 1@1\n {4}\{"amount":3\}$/m);
  expect(out).toContain(`Try: projectionist dead-letters retry accounts 'b 1'`);
  const shown = JSON.parse(workspace.run(['dead-letters', 'show', 'accounts', 'b 1', '--json']).out) as {
    letters: object[];
  };
  expect(shown.letters).toHaveLength(3);
});

test('without a server a decision is made in place', () => {
  expect(workspace.run(['dead-letters', 'retry', 'accounts', 'b 1']).out).toContain('3 still wait');
  const refused = workspace.run(['dead-letters', 'discard', 'accounts', 'b 1']);
  expect(refused).toMatchObject({ code: 2, error: expect.stringContaining('dead-letters discard --help') });
  const { out } = workspace.run(['dead-letters', 'discard', 'accounts', 'b 1', '--reason', 'too early']);
  expect(out).toContain('2 events applied; nothing waits any more');
  expect(JSON.parse(workspace.run(['query', 'accounts', 'id=eq.b 1', '--json']).out)).toEqual([
    { id: 'b 1', balance: 4 },
  ]);
});

test('beside a server the server makes it, and its answers say so at once', async () => {
  const server: Server = await workspace.serve();
  try {
    const outcome = workspace.run(
      ['dead-letters', 'discard', 'accounts', 'c', '--reason', 'too early', '--json'],
      {},
    );
    expect(JSON.parse(outcome.out)).toEqual({ partition: 'c', applied: 2, waiting: 0, error: null });
    expect(workspace.run(['dead-letters', 'list']).out).toBe('Nothing is parked.\n');
  } finally {
    await server.stop();
  }
});
