import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { ProjectionistError } from '../errors.ts';
import { begun } from './begun.ts';
import { jsonAnswer } from './json-answer.ts';
import { jsonIn, textBody } from './request-body.ts';
import type { Services } from './services.ts';
import { pathOf } from './path-of.ts';

/** Rebuilding a projection, and comparing what is built with a second replay. Both are begun; their state is read elsewhere. */
export function rebuildRoutes(services: Services): Hono {
  const app = new Hono();
  app.post('/projections/:name/rebuild', async (c) => {
    const name = c.req.param('name');
    const { verify = false, stream } = await rebuildIn(c);
    if (stream !== undefined) return c.json(await services.operate(name, 'rebuild', { stream, verify }));
    await begun(services.operate(name, 'rebuild', { verify }));
    return c.json({ status: 'rebuilding' }, 202, { Location: parentOf(c) });
  });
  app.post('/projections/:name/verify', async (c) => {
    await begun(services.operate(c.req.param('name'), 'verify'));
    return c.json({ status: 'verifying' }, 202, { Location: `${parentOf(c)}/verification` });
  });
  app.get('/projections/:name/verification', (c) =>
    jsonAnswer(c, services.verification(c.req.param('name'))),
  );
  return app;
}

const REBUILD = z
  .strictObject({ verify: z.boolean().optional(), stream: z.string().min(1).max(512).optional() })
  .refine(({ verify, stream }) => stream === undefined || verify !== true);

/** The body, which may be left out. Throws BODY_INVALID. */
async function rebuildIn(c: Context): Promise<z.infer<typeof REBUILD>> {
  const text = await textBody(c);
  if (text.trim() === '') return {};
  const body = REBUILD.safeParse(jsonIn(text));
  if (body.success) return body.data;
  throw new ProjectionistError(
    'BODY_INVALID',
    'The body is neither { "verify": true } nor { "stream": "…" }',
    {
      hint: 'Send {"verify": true} to have the new generation verified before it becomes live, {"stream": "…"} to derive again what one stream contributed, or no body.',
    },
  );
}

/** The projection's own path, wherever the app is mounted. */
function parentOf(c: Context): string {
  return pathOf(c).replace(/\/[^/]+$/, '');
}
