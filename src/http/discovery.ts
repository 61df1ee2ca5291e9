import { type Context, Hono } from 'hono';
import { DOCS_PAGE, DOCS_POLICY } from './openapi/docs-page.ts';
import { type OpenApiDocument, openApiDocument } from './openapi/document.ts';
import type { Services } from './services.ts';
import type { HttpSettings } from './settings.ts';
import { pathOf } from './path-of.ts';

/** `/docs`: for people. The page alone holds no data, and is there for everybody: its script asks for a token. */
export function docsRoutes(): Hono {
  const app = new Hono();
  app.get('/docs', (c) =>
    c.html(DOCS_PAGE, 200, { 'Content-Security-Policy': DOCS_POLICY, 'Cache-Control': 'no-cache' }),
  );
  return app;
}

/** `/`: where to go from here; `/openapi.json`: all of it for machines. */
export function discoveryRoutes(services: Services, { auth }: HttpSettings): Hono {
  const document = (c: Context): OpenApiDocument =>
    openApiDocument({
      definitions: services.definitions(),
      views: services.views().map(({ view }) => view),
      mount: pathOf(c).replace(/\/openapi\.json$/, ''),
      needsToken: auth !== undefined && auth !== 'none' && !('caller' in auth),
    });
  const app = new Hono();
  app.get('/', (c) => c.json(index(pathOf(c).replace(/\/$/, ''), services)));
  app.get('/openapi.json', (c) => c.json(document(c), 200, { 'Cache-Control': 'no-cache' }));
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
