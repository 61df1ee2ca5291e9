import fc from 'fast-check';
import { expect, test } from 'vitest';
import { running } from './support.ts';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 3000);

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    '',
    '*',
    '"1"',
    'W/"1"',
    '0',
    '-1',
    '1e9',
    'null',
    '%',
    '%ff',
    '%00',
    "' OR 1=1 --",
    '\u{1f642}',
    '__proto__',
  ),
);
const segment = fc.oneof(
  fc.constantFrom(
    'events',
    'streams',
    'projections',
    'views',
    'rpc',
    'healthz',
    'readyz',
    'openapi.json',
    'docs',
    'orders',
    'rebuild',
    '1',
    '',
  ),
  text.map((value) => encodeURIComponent(value.toWellFormed())),
  fc.constantFrom('%', '%zz', '%ff', '..', '%2e%2e', '%2F', '%00', '[', ';'),
);
const path = fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join('/')}`);
const parameter = fc.tuple(
  fc.oneof(fc.constantFrom('after', 'limit', 'type', 'stream', 'select'), text),
  text,
);
const headerName = fc.constantFrom(
  'Accept',
  'Accept-Encoding',
  'Authorization',
  'Content-Encoding',
  'Content-Length',
  'Content-Type',
  'If-Match',
  'If-None-Match',
  'Origin',
  'Prefer',
  'Range',
  'X-Request-Id',
  'ce-id',
  'ce-source',
  'ce-specversion',
  'ce-subject',
  'ce-type',
  'ce-time',
);
const headerValue = fc.oneof(
  text,
  fc.constantFrom(
    'application/json',
    'application/x-ndjson',
    'application/cloudevents+json',
    'application/cloudevents-batch+json',
    'application/json; charset=utf-16',
    'gzip',
    'Bearer x',
    'min-position=1, wait=0',
    'min-position=99, wait=0',
    '1.0',
    'http://localhost',
    'order.placed',
  ),
);
const body = fc.oneof(
  fc.json(),
  fc.constantFrom(
    '',
    '{',
    '[]',
    '{"stream":"s","type":"order.paid","data":{}}',
    '[{"stream":"s","type":"order.paid","data":{}},{}]',
    '{"specversion":"1.0","id":"1","source":"s","type":"order.paid","subject":"x","data":{}}',
    '{"stream":"s","type":"order.paid","data":{},"time":"x"}\n{}',
  ),
  fc.uint8Array({ maxLength: 40 }),
);

test('nothing that a client sends is answered with the server failing', { timeout: 600_000 }, async () => {
  const faults: unknown[] = [];
  const { app } = await running({ onFault: (error) => faults.push(error) });
  const request = fc.record({
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY'),
    path,
    query: fc.array(parameter, { maxLength: 3 }),
    headers: fc.array(fc.tuple(headerName, headerValue), { maxLength: 5 }),
    body,
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, query, headers, body }) => {
      const search = query.map(
        ([name, value]) =>
          `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`,
      );
      const sendable = headers.filter(([, value]) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value));
      const response = await app.request(
        `http://localhost${path}${search.length > 0 ? '?' : ''}${search.join('&')}`,
        {
          method,
          headers: sendable.map(([name, value]): [string, string] => [name, value]),
          ...(method !== 'GET' && method !== 'HEAD' && { body }),
        },
      );
      // Waiting for a position that does not come, and not being ready, are answers.
      expect([
        200, 201, 202, 204, 206, 304, 400, 401, 403, 404, 405, 406, 409, 412, 413, 414, 415, 416, 422, 503,
      ]).toContain(response.status);
      expect(await isSaidWell(method, response)).toBe(true);
      expect(faults).toEqual([]);
    }),
    { numRuns: RUNS, ...(process.env['FUZZ_SEED'] && { seed: Number(process.env['FUZZ_SEED']) }) },
  );
});

/** True for an answer that, where it refuses, does so as a problem, and lets nothing of the inside be seen. */
async function isSaidWell(method: string, response: Response): Promise<boolean> {
  const text = await response.text();
  if (response.status < 400 || method === 'HEAD' || response.headers.has('Content-Encoding')) return true;
  const isProblem = response.headers.get('Content-Type') === 'application/problem+json';
  return isProblem && !/SQLITE|\bSELECT\b.*\bFROM\b|node_modules|\.ts:\d/.test(text);
}
