import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { createProjectionist } from '../../src/create-projectionist.ts';
import { defineEvents } from '../../src/event-log/catalogue.ts';
import { serve } from '../../src/http/serve.ts';
import { type Projection, projection, type ViewPolicy } from '../../src/projection/define.ts';
import type { Projectionist } from '../../src/projectionist.ts';
import type { ProjectionistOptions } from '../../src/projectionist-options.ts';

export const events = defineEvents({
  'order.placed': { schema: z.strictObject({ customer: z.string().min(1), total: z.int().positive() }) },
  'order.paid': { schema: z.strictObject({}) },
  'order.noted': {
    schema: z.strictObject({ note: z.string() }),
    upcast: { 1: (old: { text: string }) => ({ note: old.text }) },
  },
});

export const orders = sqliteTable('orders', {
  id: text().primaryKey(),
  customer: text().notNull(),
  total: integer().notNull(),
  isPaid: integer({ mode: 'boolean' }).notNull(),
});

/** The orders; the policy says whose rows whom, and none lets everybody see them all. */
export const ordersUnder = (policy?: ViewPolicy, queries: Projection['queries'] = {}) =>
  projection({
    name: 'orders',
    events,
    views: { orders },
    on: {
      'order.placed': (e, db) =>
        db.insert(orders).values({
          id: e.stream,
          customer: e.data.customer,
          total: e.data.total,
          isPaid: false,
        }),
      'order.paid': (e, db) => db.update(orders).set({ isPaid: true }).where(eq(orders.id, e.stream)),
    },
    queries,
    ...(policy && { policy: { orders: policy } }),
  });

export const ordersProjection = ordersUnder();

/** A policy by which everybody sees their own orders. */
export const ownOrders: ViewPolicy = ({ claims }) => {
  if (claims.sub === undefined) throw new Error('nobody');
  return eq(orders.customer, claims.sub);
};

/** A folder that is deleted after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'projectionist-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A projectionist in a folder of its own, not started, and closed after the test. */
export async function opened(options: ProjectionistOptions = {}): Promise<Projectionist> {
  const data = temporaryFolder();
  const projectionist = await createProjectionist({
    data,
    projections: [ordersProjection],
    onFault: (error) => {
      throw error;
    },
    ...options,
  });
  onTestFinished(() => projectionist.close());
  return projectionist;
}

/** The same, with its projections at work and up to date. */
export async function running(options: ProjectionistOptions = {}): Promise<Projectionist> {
  const projectionist = await opened(options);
  projectionist.start();
  await projectionist.ready();
  return projectionist;
}

/** The same, with two orders of Ann's and one of Bob's. */
export async function filled(options: ProjectionistOptions = {}): Promise<Projectionist> {
  const projectionist = await running(options);
  for (const customer of ['ann', 'bob', 'ann'])
    await projectionist.log.append(`o-${crypto.randomUUID()}`, {
      type: 'order.placed',
      data: { customer, total: 7 },
    });
  await projectionist.ready();
  return projectionist;
}

/** Serves the app on a free port of this machine until the test is over; answers the URL. */
export async function listening(projectionist: Projectionist): Promise<string> {
  const server = await serve(projectionist.app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close());
  return server.url;
}

/** Listens on a free port of this machine until the test is over; answers the URL. */
export async function serving(server: Server): Promise<string> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface HandedOn extends IncomingMessage {
  originalUrl?: string;
}

/** Hands requests on as Express and Connect do for `use(mount, listener)`; answers the URL of what is mounted. */
export async function mounted({ listener }: Projectionist, mount: string): Promise<string> {
  const server = createServer((incoming: HandedOn, outgoing) => {
    const { url = '/' } = incoming;
    incoming.originalUrl = url;
    const rest = url.slice(mount.length);
    if (mount !== '') incoming.url = rest.startsWith('/') ? rest : `/${rest}`;
    void listener(incoming, outgoing);
  });
  return `${await serving(server)}${mount}`;
}

/** The answer, without what differs from one request to the next. */
export async function seen(url: string, headers: Record<string, string>) {
  const response = await fetch(url, { headers: { 'Accept-Encoding': 'identity', ...headers } });
  // How long a compressed body is, the whole way does not know beforehand.
  const lengths = response.headers.has('content-encoding') ? ['content-length', 'transfer-encoding'] : [];
  const apart = ['date', 'x-request-id', ...lengths];
  const kept = [...response.headers].filter(([name]) => !apart.includes(name));
  return { status: response.status, headers: Object.fromEntries(kept), body: await response.text() };
}

/** What is seen on the short way, and on the whole way, which a request that speaks of ranges goes. */
export async function bothWays(url: string, headers: Record<string, string> = {}) {
  return { short: await seen(url, headers), whole: await seen(url, { ...headers, 'Range-Unit': 'items' }) };
}

export const placed = { type: 'order.placed', data: { customer: 'c-1', total: 100 } };

/** Posts a value as JSON, or text as it is. */
export function post(
  { app }: Projectionist,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return Promise.resolve(
    app.request(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  );
}

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly evidence: Record<string, unknown> }[];
}

/** The problem that a response reports. */
export async function problemOf(response: Response): Promise<Problem> {
  const type = response.headers.get('Content-Type');
  if (type !== 'application/problem+json') throw new Error(`${response.status} with ${type}`);
  return (await response.json()) as Problem;
}
