import { createHash } from 'node:crypto';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Hono } from 'hono';
import { expect, onTestFinished, test } from 'vitest';
import { createProjectionist } from '../../src/create-projectionist.ts';
import { opened, running, temporaryFolder } from './support.ts';

interface Document {
  readonly openapi: string;
  readonly servers: readonly { url: string }[];
  readonly security?: unknown;
  readonly paths: Readonly<Record<string, Record<string, { responses: Record<string, unknown> }>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Record<string, unknown>>> };
}

async function documentOf(app: Hono, path = '/openapi.json'): Promise<Document> {
  const response = await app.request(path);
  expect(response.status).toBe(200);
  return (await response.json()) as Document;
}

/** Every place that the document points to. */
function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    key === '$ref' && typeof part === 'string' ? [part] : references(part),
  );
}

async function expectValid(document: Document): Promise<void> {
  const { valid, errors } = await new Validator().validate({ ...document });
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
  for (const ref of new Set(references(document))) {
    const target = ref
      .slice(2)
      .split('/')
      .reduce<unknown>((here, part) => (here as Record<string, unknown> | undefined)?.[part], document);
    if (target === undefined) throw new Error(`Nothing stands at ${ref}`);
  }
}

test('is valid OpenAPI 3.1, and describes views, events and errors', async () => {
  const { app } = await running();
  const document = await documentOf(app);
  await expectValid(document);
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining(['/views/orders', '/events', '/streams/{stream}', '/projections/{name}/rebuild']),
  );
  expect(document.components.schemas['row.orders']).toMatchObject({
    properties: { id: { type: 'string' }, total: { type: 'integer' }, isPaid: { type: 'boolean' } },
  });
  expect(document.components.schemas['data.order.placed']).toMatchObject({
    properties: { customer: { type: 'string' } },
  });
  expect(Object.keys(document.paths['/streams/{stream}']?.['post']?.responses ?? {})).toEqual(
    expect.arrayContaining(['200', '201', '412', '413', '415', '422', '503']),
  );
  expect(document.security).toBeUndefined();
});

test('of the samples is valid too, named queries with their parameters included', async () => {
  const projectionist = await createProjectionist({ data: temporaryFolder(), projections: 'projections' });
  onTestFinished(() => projectionist.close());
  projectionist.start();
  await projectionist.ready();
  const document = await documentOf(projectionist.app);
  await expectValid(document);
  expect(document.paths['/views/rpc/monthlyRevenue']).toMatchObject({
    get: { parameters: [{ name: 'year' }] },
  });
});

test('says that a token is needed, and where it is mounted', async () => {
  const auth = { tokens: [{ name: 'a', token: 'x'.repeat(16), scopes: ['read' as const] }] };
  const { app } = await opened({ auth });
  const response = await app.request('/openapi.json', {
    headers: { Authorization: `Bearer ${'x'.repeat(16)}` },
  });
  expect(await response.json()).toMatchObject({ security: [{ bearer: [] }] });
  const outer = new Hono().route('/read', (await opened()).app);
  expect((await documentOf(outer, '/read/openapi.json')).servers).toEqual([{ url: '/read' }]);
});

test('every path that it names answers', async () => {
  const { app } = await running();
  const { paths } = await documentOf(app);
  for (const [path, item] of Object.entries(paths)) {
    if (!('get' in item) || path.includes('{')) continue;
    expect([path, (await app.request(path)).status]).toEqual([path, 200]);
  }
});

test('/docs is there without a token, holds no data, and lets nothing run but itself', async () => {
  const auth = { tokens: [{ name: 'a', token: 'x'.repeat(16), scopes: ['read' as const] }] };
  const { app } = await running({ auth });
  const response = await app.request('/docs');
  expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'text/html; charset=UTF-8']);
  const page = await response.text();
  expect(page).not.toMatch(/orders|order\.placed|https?:\/\/|src=|innerHTML/);
  const policy = response.headers.get('Content-Security-Policy');
  expect(policy).toMatch(/^default-src 'none'; /);
  expect(policy).not.toMatch(/unsafe|\*/);
  for (const element of ['style', 'script']) {
    const text = new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(page)?.[1] ?? '';
    const digest = createHash('sha256').update(text).digest('base64');
    expect(policy).toContain(`${element}-src 'sha256-${digest}'`);
  }
  expect((await app.request('/openapi.json')).status).toBe(401);
});

test('/ links to everything', async () => {
  const { app } = await running();
  const index = (await (await app.request('/')).json()) as { links: Record<string, { href: string }> };
  for (const { href } of Object.values(index.links))
    expect((await app.request(href)).status).toBeLessThan(400);
});
