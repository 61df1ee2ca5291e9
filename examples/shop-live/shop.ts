import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import { createProjectionist, ProjectionistError } from 'projectionist';

const here = (path: string): string => new URL(path, import.meta.url).pathname;

/** The shop: its own routes decide and append, everything that reads goes to Projectionist under /read. */
export async function openShop(data: string) {
  const projectionist = await createProjectionist({ data, projections: here('projections') });
  projectionist.start();
  // Until it has been built for the first time, a view has no answer.
  await projectionist.ready();
  const { log } = projectionist;

  const app = new Hono();
  app.get('/', async (c) => c.html(await readFile(here('page.html'), 'utf8')));

  app.post('/orders', async (c) => {
    const id = `order-${randomUUID()}`;
    const { customer, product } = await c.req.json<{ customer: string; product: string }>();
    const { position } = await log.append(
      id,
      { type: 'order.placed', data: { customer, product } },
      { expectedVersion: 0 },
    );
    return c.json({ id, position }, 201);
  });

  app.post('/orders/:id/shipment', async (c) => {
    const id = c.req.param('id');
    const history = [...log.read(id)];
    if (history.length === 0) return c.json({ error: 'There is no such order' }, 404);
    if (history.some(({ type }) => type === 'order.shipped')) return c.json({ error: 'It is shipped' }, 409);
    // Whoever ships it in the same moment gets VERSION_CONFLICT: only one of the two is written.
    const { position } = await log.append(
      id,
      { type: 'order.shipped', data: {} },
      { expectedVersion: history.length },
    );
    return c.json({ id, position }, 201);
  });

  app.onError((error, c) => {
    if (error instanceof SyntaxError) return c.json({ error: 'The body is no JSON' }, 400);
    if (!(error instanceof ProjectionistError)) throw error;
    if (error.code === 'EVENT_INVALID') return c.json({ error: error.message }, 422);
    if (error.code === 'VERSION_CONFLICT') return c.json({ error: 'Somebody was faster' }, 409);
    throw error;
  });

  app.route('/read', projectionist.app);
  return { app, projectionist };
}
