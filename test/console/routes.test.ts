import { createHash } from 'node:crypto';
import { createContext, runInContext } from 'node:vm';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { consoleRoutes } from '../../src/console/routes.ts';
import { opened } from '../http/support.ts';

const app = consoleRoutes();

async function pageOf(path = '/console', served: Hono = app): Promise<{ text: string; policy: string }> {
  const response = await served.request(path);
  expect(response.status).toBe(200);
  expect(response.headers.get('Cache-Control')).toBe('no-cache');
  return { text: await response.text(), policy: response.headers.get('Content-Security-Policy') ?? '' };
}

function addresses(text: string): string[] {
  return [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url as string);
}

function modulesOf(text: string): string[] {
  return addresses(text).filter((each) => /\.(ts|js|mjs)$/.test(each));
}

test('every file that the page names is there, compressed, and may be kept for ever', async () => {
  const { text } = await pageOf();
  const files = addresses(text).filter((url) => url.includes('/assets/'));
  expect(files.length).toBeGreaterThan(15);
  for (const url of files) {
    const response = await app.request(url, { headers: { 'Accept-Encoding': 'gzip, br' } });
    expect([url, response.status]).toEqual([url, 200]);
    expect(response.headers.get('Content-Encoding')).toBe('br');
    expect(response.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('Content-Type')).toMatch(
      /^(text\/(javascript|css); charset=utf-8|image\/svg\+xml)$/,
    );
  }
});

test('modules are JavaScript, and everything that they import is there', async () => {
  const { text } = await pageOf();
  const imports = JSON.parse(/importmap">(.*?)<\/script>/.exec(text)?.[1] ?? '') as {
    imports: Record<string, string>;
  };
  const modules = new Map<string, string>();
  for (const url of modulesOf(text)) modules.set(url, await (await app.request(url)).text());
  for (const [url, source] of modules) {
    expect(source).not.toMatch(/\binterface \w+ \{/);
    for (const [, specifier = ''] of source.matchAll(/(?:from|import)\s*['"]([@\w./-]+)['"]/g)) {
      const target = specifier.startsWith('.')
        ? new URL(specifier, `http://x${url}`).pathname
        : imports.imports[specifier];
      expect([url, specifier, modules.has(target ?? '')]).toEqual([url, specifier, true]);
    }
  }
});

test('the page may run its own scripts, and nothing else', async () => {
  const { text, policy } = await pageOf();
  for (const directive of ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
    expect(policy).toContain(directive);
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  const inline = [...text.matchAll(/<script(?: type="importmap")?>(.*?)<\/script>/gs)];
  expect(inline).toHaveLength(3);
  for (const [, script = ''] of inline)
    expect(policy).toContain(`'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  expect(text).not.toMatch(/https?:\/\/|style=| on\w+="/);
});

test.each([
  ['/console', 'overview'],
  ['/console/views/orders?status=eq.paid', 'views'],
  ['/console/log', 'log'],
  ['/console/dead-letters', 'dead-letters'],
  ['/console/projections/orders', 'projections'],
])('%s names the modules of its own page, and of no other', async (path, kind) => {
  const named = modulesOf((await pageOf(path)).text).filter((url) => url.endsWith('/page.ts'));
  expect(named).toEqual([expect.stringContaining(`/browser/${kind}/page.ts`)]);
});

test('a page that there is not is the same document, without a page', async () => {
  for (const path of ['/console/nothing', '/console/..%2f..', '/console/constructor'])
    expect(modulesOf((await pageOf(path)).text).filter((url) => url.endsWith('/page.ts'))).toEqual([]);
});

test('what a page begins with is asked for by the document, with the token of the tab', async () => {
  const { text } = await pageOf('/read/console/log', new Hono().route('/read', app));
  const [, script = ''] = /<script>(\{let t=.*?)<\/script>/s.exec(text) ?? [];
  const asked: unknown[] = [];
  const context = createContext({
    sessionStorage: { getItem: () => 'a-token' },
    fetch: (...request: unknown[]) => {
      asked.push(request);
      return Promise.reject(new Error('The server is gone'));
    },
  });
  runInContext(script, context);
  const paths = ['/read/whoami', '/read/openapi.json', '/read/views', '/read/projections'];
  expect(asked).toEqual(
    paths.map((path) => [path, { headers: { Authorization: 'Bearer a-token' }, cache: 'no-cache' }]),
  );
  const early = context['projectionistEarly'] as object;
  expect(await Promise.all(Object.values<Promise<unknown>>({ ...early }))).toEqual(
    paths.map(() => undefined),
  );
});

test('the console is there wherever the API is mounted', async () => {
  const outer = new Hono().route('/read', app);
  const mounted = await pageOf('/read/console/log', outer);
  expect(mounted.text).toContain('<meta name="projectionist-mount" content="/read">');
  for (const url of addresses(mounted.text)) expect(url).toMatch(/^\/read\//);
  expect((await outer.request(addresses(mounted.text)[0] as string)).status).toBe(200);
});

test('files of another version are not there, nor is anything beside them', async () => {
  const { text } = await pageOf();
  const [icon = ''] = addresses(text);
  expect((await app.request(icon.replace(/assets\/\w+/, 'assets/000000000000'))).status).toBe(404);
  for (const path of ['../errors.ts', '..%2f..%2fpackage.json', 'errors.ts', 'cli/main.ts'])
    expect((await app.request(icon.replace('console/browser/icon.svg', path))).status).toBe(404);
});

test('the page needs no token, as it holds no data', async () => {
  const tokens = [{ name: 'reader', token: 'reader-token-0001', scopes: ['read' as const] }];
  const projectionist = await opened({ auth: { tokens } });
  expect((await projectionist.app.request('/console')).status).toBe(200);
  expect((await projectionist.app.request('/projections')).status).toBe(401);
});

test.each([
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 302, '/console'],
  ['application/json', 200, null],
  ['application/json, text/html;q=0.5', 200, null],
  ['*/*', 200, null],
  [undefined, 200, null],
])('/ asked for as %s answers %i', async (accept, status, location) => {
  const { app: api } = await opened();
  const mounted = new Hono().route('/api', api);
  const headers: Record<string, string> = accept === undefined ? {} : { Accept: accept };
  for (const [served, mount] of [
    [api, ''],
    [mounted, '/api'],
  ] as const) {
    const response = await served.request(mount || '/', { headers });
    expect(response.status).toBe(status);
    expect(response.headers.get('Location')).toBe(location === null ? null : `${mount}${location}`);
    expect(response.headers.get('Vary')).toContain('Accept');
  }
});
