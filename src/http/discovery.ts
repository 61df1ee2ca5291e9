import { type Context, Hono } from 'hono';
import { docsPage, STYLE, STYLE_HASH } from './openapi/docs-page.ts';
import { type OpenApiDocument, openApiDocument } from './openapi/document.ts';
import type { Services } from './services.ts';
import type { HttpSettings } from './settings.ts';

/** `/`: where to go from here; `/openapi.json`: all of it for machines; `/docs`: for people. */
export function discoveryRoutes(services: Services, { auth }: HttpSettings): Hono {
  const document = (c: Context): OpenApiDocument =>
    openApiDocument({
      definitions: services.definitions(),
      views: services.views().map(({ view }) => view),
      mount: c.req.path.replace(/\/(?:openapi\.json|docs)$/, ''),
      needsToken: auth !== undefined && auth !== 'none',
    });
  const app = new Hono();
  app.get('/', (c) => c.json(index(c.req.path.replace(/\/$/, ''), services)));
  app.get('/openapi.json', (c) => c.json(document(c), 200, { 'Cache-Control': 'no-cache' }));
  app.get('/docs', (c) => {
    c.header(
      'Content-Security-Policy',
      `default-src 'none'; style-src '${STYLE_HASH}'; frame-ancestors 'none'`,
    );
    c.header('Cache-Control', 'no-cache');
    return c.html(docsPage(document(c), STYLE));
  });
  return app;
}

function index(mount: string, services: Services): object {
  const link = (path: string) => ({ href: `${mount}${path}` });
  const views = services
    .views()
    .map(({ view }) => ({ name: view.name, ...link(`/views/${encodeURIComponent(view.name)}`) }));
  return {
    name: 'Projectionist',
    head: services.head(),
    links: {
      views: link('/views'),
      events: link('/events'),
      projections: link('/projections'),
      openapi: link('/openapi.json'),
      docs: link('/docs'),
      health: link('/healthz'),
      readiness: link('/readyz'),
    },
    views,
  };
}
