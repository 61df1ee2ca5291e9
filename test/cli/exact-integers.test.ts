import { readdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.ts';
import { Workspace } from './support.ts';

const DEFINITION = `
import { sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, projection } from 'projectionist';
import { z } from 'zod';
const events = defineEvents({ 'payment.received': { schema: z.object({ account: z.int(), micros: z.int() }) } });
const balances = sqliteTable('balances', { account: integer().primaryKey(), micros: integer().notNull() });
export default projection({
  name: 'payments', events, views: { balances },
  on: {
    'payment.received': (e, db) => db.insert(balances)
      .values({ account: sql\`\${e.data.account} + 9007199254740991\`, micros: e.data.micros })
      .onConflictDoUpdate({ target: balances.account, set: { micros: sql\`\${balances.micros} + \${e.data.micros}\` } }),
  },
});
`;

const ACCOUNT = '9007199254740993';
const PAYMENT = { stream: 'a', type: 'payment.received', data: { account: 2, micros: 9007199254740991 } };

let workspace: Workspace;
beforeAll(() => {
  workspace = new Workspace({ hasSamples: false });
  writeFileSync(workspace.path('projections/payments.ts'), DEFINITION);
  const input = Array.from({ length: 3 }, () => JSON.stringify(PAYMENT)).join('\n');
  workspace.run(['append', '-'], { input });
  workspace.run(['rebuild', 'payments']);
});
afterAll(() => workspace.remove());

test('query and trace print all digits, in text and as JSON', () => {
  expect(workspace.run(['query', 'balances']).out).toContain('27021597764222973');
  expect(workspace.run(['query', 'balances', '--json']).out).toContain('"micros": 27021597764222973');
  const { out, error } = workspace.run(['trace', 'balances', ACCOUNT]);
  expect(error).toBe('');
  expect(out).toContain(`account: ${ACCOUNT}`);
  expect(out).toContain('micros: 18014398509481982 -> 27021597764222973');
  expect(workspace.run(['trace', 'balances', ACCOUNT, '--json']).out).toContain(
    `"account": ${ACCOUNT},\n        "micros": 27021597764222973`,
  );
});

test('verify prints all digits, on its own and through a running server', async () => {
  const [file] = readdirSync(workspace.path('data/views')).filter((name) => name.endsWith('.db'));
  const db = openDatabase(workspace.path('data/views', file as string), { purpose: 'derived' });
  db.exec('UPDATE balances SET micros = micros - 1');
  db.close();
  const requireDigits = (): void => {
    const { out, code } = workspace.run(['verify']);
    expect(code).toBe(1);
    expect(out).toContain(`Row: {"account":${ACCOUNT}}`);
    expect(out).toMatch(/micros +27021597764222972 +27021597764222973/);
    const json = workspace.run(['verify', '--json']).out;
    expect(json).toContain(`"account": ${ACCOUNT}`);
    expect(json).toMatch(/"live": 27021597764222972,\s+"replayed": 27021597764222973/);
  };
  requireDigits();
  const server = await workspace.serve();
  requireDigits();
  expect(server.text).not.toContain('BigInt');
  expect(await server.stop()).toBe(0);
});
