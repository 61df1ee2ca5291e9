import { type Context, Hono } from 'hono';
import { accepts } from 'hono/accepts';
import { createMiddleware } from 'hono/factory';
import { type Asset, assets } from './assets.ts';
import { page } from './page.ts';

/** What a page may not do to others, nor others to it. */
const SECURITY = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * `/console`: a page that shows what the API answers. Neither it nor its files hold any data, so nobody is asked for a
 * token here; the page asks for one where the API does.
 */
export function consoleRoutes(): Hono {
  const app = new Hono();
  app.use('/', browsersToPage);
  app.get('/console/assets/:version/:path{.+}', (c) => {
    const { version, files } = assets();
    const file = files.get(c.req.param('path'));
    if (file === undefined || c.req.param('version') !== version) return missing(c);
    return fileAnswer(c, file);
  });
  app.get('/console/assets/*', missing);
  app.get('/console', pageAnswer);
  app.get('/console/*', pageAnswer);
  return app;
}

/** Whoever would rather have HTML than the API's index is a browser. */
const browsersToPage = createMiddleware(async (c, next) => {
  const supports = ['application/json', 'text/html'];
  const wanted = accepts(c, { header: 'Accept', supports, default: 'application/json' });
  if (wanted === 'text/html') {
    c.header('Vary', 'Accept');
    return c.redirect(`${new URL(c.req.url).pathname.replace(/\/$/, '')}/console`);
  }
  await next();
  c.header('Vary', 'Accept', { append: true });
});

function missing(c: Context): Response {
  return c.text('There is no such file. Reload the page.', 404, SECURITY);
}

/** Every path below is the page's own affair. */
function pageAnswer(c: Context): Response {
  const { pathname } = new URL(c.req.url);
  const { html, policy } = page(assets(), pathname);
  return c.html(html, 200, {
    ...SECURITY,
    'Content-Security-Policy': policy,
    'Cache-Control': 'no-cache',
  });
}

/** Compressed beforehand, in the best way that the browser takes. */
function fileAnswer(c: Context, file: Asset): Response {
  const accepted = c.req.header('Accept-Encoding') ?? '';
  const coding = (['br', 'gzip'] as const).find((name) => new RegExp(`\\b${name}\\b`).test(accepted));
  return c.body(new Uint8Array(file[coding ?? 'identity']), 200, {
    ...SECURITY,
    'Content-Type': file.type,
    'Cache-Control': 'public, max-age=31536000, immutable',
    Vary: 'Accept-Encoding',
    ...(coding !== undefined && { 'Content-Encoding': coding }),
  });
}
