import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createClient } from '../../src/client.ts';
import { openDatabase } from '../../src/database/open.ts';
import { defineEvents } from '../../src/event-log/catalogue.ts';
import { projection } from '../../src/projection/define.ts';
import type { Projectionist } from '../../src/projectionist.ts';
import { listening, post, running, temporaryFolder } from './support.ts';

const balances = sqliteTable('balances', {
  account: text().primaryKey(),
  /** Millionths. */
  micros: integer().notNull(),
});

const payments = projection({
  name: 'payments',
  events: defineEvents({ 'payment.received': { schema: z.strictObject({ micros: z.int() }) } }),
  views: { balances },
  on: {
    'payment.received': (e, db) =>
      db
        .insert(balances)
        .values({ account: e.stream, micros: e.data.micros })
        .onConflictDoUpdate({
          target: balances.account,
          set: { micros: sql`${balances.micros} + ${e.data.micros}` },
        }),
  },
});

/** Each payment is a number that JavaScript holds, and two of them are not. */
const PAYMENT = 9_007_199_254_740_991;
const SUMS = [9_007_199_254_740_991, 18_014_398_509_481_982n, 27_021_597_764_222_973n];

async function withPayments(data = temporaryFolder()): Promise<Projectionist> {
  const p = await running({ data, projections: [payments] });
  for (const _ of SUMS) await p.log.append('acme', { type: 'payment.received', data: { micros: PAYMENT } });
  await p.ready();
  return p;
}

test('a trace over HTTP has all digits of a sum, and the client gives it as a bigint', async () => {
  const p = await withPayments();
  const response = await p.app.request('/views/balances/trace?key=acme');
  expect(response.headers.get('Content-Type')).toBe('application/json');
  const body = await response.text();
  expect(body.match(/"micros":\d+/g)).toEqual(
    [SUMS[0], SUMS[0], SUMS[1], SUMS[1], SUMS[2]].map((sum) => `"micros":${sum}`),
  );
  const client = createClient<[typeof payments]>(await listening(p));
  const { entries } = await client.trace('balances', 'acme');
  expect(entries.map(({ after }) => after?.micros)).toEqual(SUMS);
  expect(await client.view('balances').single()).toEqual({ account: 'acme', micros: SUMS[2] });
});

test('a live query keeps what it is told exactly', async () => {
  const p = await withPayments();
  const client = createClient<[typeof payments]>(await listening(p));
  const stop = new AbortController();
  for await (const { rows } of client
    .view('balances')
    .eq('micros', SUMS[2]!)
    .signal(stop.signal)
    .liveRows()) {
    expect(rows).toEqual([{ account: 'acme', micros: SUMS[2] }]);
    break;
  }
  stop.abort();
});

test('a verification tells a sum from one that a number cannot tell from it', async () => {
  const data = temporaryFolder();
  const p = await withPayments(data);
  const [file] = readdirSync(join(data, 'views')).filter((name) => name.endsWith('.db'));
  const db = openDatabase(join(data, 'views', file as string), { purpose: 'derived' });
  db.exec('UPDATE balances SET micros = micros - 1');
  db.close();
  const columns = [{ column: 'micros', live: (SUMS[2] as bigint) - 1n, replayed: SUMS[2] }];
  expect(await p.verify('payments')).toMatchObject({ isSame: false, difference: { columns } });
  const response = await p.app.request('/projections/payments/verification');
  expect(await response.text()).toContain(
    '"columns":[{"column":"micros","live":27021597764222972,"replayed":27021597764222973}]',
  );
  expect((await post(p, '/projections/payments/verify', '')).status).toBe(202);
});
