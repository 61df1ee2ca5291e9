import { readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { Projectionist } from '../../src/projectionist.ts';
import { createMeters } from '../../src/signals/meters.ts';
import { listening, opened, placed, post, running } from '../http/support.ts';
import { parseExposition, valueOf } from './exposition.ts';

async function metricsOf(projectionist: Projectionist) {
  return parseExposition(await projectionist.metrics());
}

test('every metric has a name, a unit and labels by the conventions', async () => {
  const projectionist = await running();
  await post(projectionist, '/streams/order-1', placed);
  await projectionist.ready();
  await projectionist.app.request('/views/orders');
  const families = await metricsOf(projectionist);
  expect(families.size).toBeGreaterThan(25);
  const labels = new Set<string>();
  for (const [name, { help, type, samples }] of families) {
    expect(name).toMatch(/^projectionist_[a-z_]+$/);
    expect(help.length).toBeGreaterThan(10);
    // https://prometheus.io/docs/practices/naming/
    expect([name, type === 'counter']).toEqual([name, name.endsWith('_total')]);
    expect(name).not.toMatch(/_(milli|micro|minutes|kilo|mega|ms|percent|count|sum|bucket)(_|$)/);
    for (const sample of samples) for (const label of Object.keys(sample.labels)) labels.add(label);
  }
  expect([...labels].toSorted()).toEqual(
    ['as_of', 'database', 'le', 'outcome', 'projection', 'quantile', 'state', 'type', 'view'].toSorted(),
  );
});

test('says how far projections are, and what they went through, by type', async () => {
  const projectionist = await running();
  for (const stream of ['order-1', 'order-2']) await post(projectionist, `/streams/${stream}`, placed);
  await post(projectionist, '/streams/order-1', { type: 'order.paid', data: {} });
  await projectionist.ready();
  const applied = 'projectionist_events_applied_total';
  const first = await metricsOf(projectionist);
  expect(valueOf(first, 'projectionist_head_position')).toBe(3);
  expect(valueOf(first, 'projectionist_position', { projection: 'orders' })).toBe(3);
  expect(valueOf(first, 'projectionist_lag_events', { projection: 'orders' })).toBe(0);
  expect(valueOf(first, 'projectionist_projection_state', { projection: 'orders', state: 'live' })).toBe(1);
  expect(valueOf(first, 'projectionist_projection_state', { projection: 'orders', state: 'stopped' })).toBe(
    0,
  );
  expect(valueOf(first, applied, { projection: 'orders', type: 'order.placed' })).toBe(2);
  expect(valueOf(first, applied, { projection: 'orders', type: 'order.paid' })).toBe(1);
  expect(valueOf(first, 'projectionist_log_events_total', { type: 'order.placed' })).toBe(2);
  expect(valueOf(first, 'projectionist_batch_events_sum', { projection: 'orders' })).toBe(3);

  await projectionist.rebuild('orders');
  const second = await metricsOf(projectionist);
  expect(valueOf(second, applied, { projection: 'orders', type: 'order.placed' })).toBe(4);
  expect(valueOf(second, 'projectionist_builds_total', { projection: 'orders', outcome: 'live' })).toBe(2);
  const [before, after] = [first, second].map((families) =>
    valueOf(families, 'projectionist_sqlite_file_size_bytes', { database: 'views', projection: 'orders' }),
  );
  expect(after).toBeGreaterThan(before as number);
});

test('times appends, commits and queries, on the short way too', async () => {
  const projectionist = await running();
  await post(projectionist, '/streams/order-1', placed);
  await post(projectionist, '/streams/order-1', { type: 'nothing.known', data: {} });
  await projectionist.ready();
  const url = await listening(projectionist);
  const rows = await (await fetch(`${url}/views/orders?id=eq.order-1`)).json();
  expect(rows).toHaveLength(1);
  await projectionist.app.request('/views/orders');
  await projectionist.app.request('/views/orders', { headers: { Prefer: 'as-of=0' } });
  expect((await projectionist.app.request('/views/nothing')).status).toBe(404);
  const families = await metricsOf(projectionist);
  const counted = (name: string, labels = {}) => valueOf(families, `projectionist_${name}_count`, labels);
  expect(counted('append_duration_seconds', { outcome: 'appended' })).toBe(1);
  expect(counted('append_duration_seconds', { outcome: 'refused' })).toBe(1);
  expect(counted('commit_duration_seconds')).toBe(1);
  expect(counted('query_duration_seconds', { view: 'orders', as_of: 'now' })).toBe(2);
  expect(counted('query_duration_seconds', { view: 'orders', as_of: 'past' })).toBe(1);
  expect(counted('query_duration_seconds', { view: 'nothing', as_of: 'now' })).toBeUndefined();
  const buckets = families
    .get('projectionist_query_duration_seconds')
    ?.samples.filter(({ name, labels }) => name.endsWith('_bucket') && labels['as_of'] === 'now');
  const values = buckets?.map(({ value }) => value) ?? [];
  expect(values).toEqual(values.toSorted((a, b) => a - b));
  expect(values.at(-1)).toBe(2);
});

test('counts what failed on the side of the server, by its code', async () => {
  const incidents: unknown[] = [];
  const projectionist = await opened({ onIncident: (incident) => incidents.push(incident) });
  const answer = await projectionist.app.request('/views/orders?id=eq.secret-1', {
    headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  });
  expect(answer.status).toBe(503);
  const families = await metricsOf(projectionist);
  const labels = { status: '503', code: 'PROJECTION_NOT_READY' };
  expect(valueOf(families, 'projectionist_request_failures_total', labels)).toBe(1);
  expect(incidents).toEqual([
    {
      kind: 'request-failed',
      method: 'GET',
      route: '/views/:view',
      status: 503,
      code: 'PROJECTION_NOT_READY',
      requestId: answer.headers.get('X-Request-Id'),
      traceId: '0af7651916cd43dd8448eb211c80319c',
    },
  ]);
});

test('tells of a slow query what it asked for, and no value', async () => {
  const incidents: unknown[] = [];
  const projectionist = await running({
    slowQuerySeconds: 1e-9,
    onIncident: (incident) => incidents.push(incident),
  });
  const answer = await projectionist.app.request('/views/orders?id=eq.secret-1&customer=eq.secret-2');
  const requestId = answer.headers.get('X-Request-Id');
  expect(incidents).toMatchObject([
    { kind: 'slow-query', view: 'orders', parameters: ['id', 'customer'], requestId },
  ]);
  expect(JSON.stringify(incidents)).not.toContain('secret');
});

test('a parked stream shows', async () => {
  const projectionist = await running();
  await post(projectionist, '/streams/order-1', placed);
  // A second order of the same stream breaks the primary key.
  const second = await post(projectionist, '/streams/order-1', placed);
  expect(second.status).toBe(201);
  await projectionist.ready();
  const families = await metricsOf(projectionist);
  expect(valueOf(families, 'projectionist_parked_streams', { projection: 'orders' })).toBe(1);
  expect(valueOf(families, 'projectionist_streams_parked_total', { projection: 'orders' })).toBe(1);
});

test('docs/observability.md names every metric with its type and labels, and no other', () => {
  const registry = new Registry();
  createMeters(registry);
  const declared = registry.getMetricsAsArray().map((metric) => {
    const { name, type, labelNames } = metric as unknown as {
      name: string;
      type: string;
      labelNames: string[];
    };
    return [name, type, [...labelNames].join(', ')];
  });
  const text = readFileSync('docs/observability.md', 'utf8');
  const rows = [...text.matchAll(/^\| `(projectionist_\w+)` \| (\w+) \| ([^|]*) \| .+ \|$/gm)];
  const documented = rows.map(([, name, type, labels = '']) => [
    name,
    type,
    labels.replaceAll('`', '').trim(),
  ]);
  expect(new Set(documented.map(String))).toEqual(new Set(declared.map(String)));
  expect(documented).toHaveLength(declared.length);
});

test('the dashboard and the alerts ask for metrics that there are', () => {
  const registry = new Registry();
  createMeters(registry);
  const names = new Set(registry.getMetricsAsArray().map(({ name }) => name));
  for (const file of ['ops/grafana/projectionist.json', 'ops/prometheus/alerts.yml']) {
    const asked = readFileSync(file, 'utf8').match(/\bprojectionist_\w+/g) ?? [];
    expect(asked.length).toBeGreaterThan(5);
    const unknown = asked.filter((name) => !names.has(name.replace(/_(bucket|sum|count)$/, '')));
    expect([file, unknown]).toEqual([file, []]);
  }
});
