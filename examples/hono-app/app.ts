import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { and, desc, eq } from 'drizzle-orm';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { createProjectionist, type EventOf, ProjectionistError } from 'projectionist';
import type { events } from './projections/events.ts';
import { tasks } from './projections/tasks.ts';
import { type Known, sessions } from './sessions.ts';

/** A task list for several people: an application with sessions and routes of its own, and Projectionist below /read. */
export async function openTasks(data: string) {
  const { recognize, signIn } = sessions();
  const projectionist = await createProjectionist({
    data,
    projections: fileURLToPath(new URL('projections', import.meta.url)),
    // Whoever is signed in here may read over HTTP, and the row policy has their name. Only this program appends.
    auth: {
      caller: (c) => {
        const user: string | undefined = c.get('user');
        return user === undefined ? undefined : { name: user, scopes: ['read'], claims: { sub: user } };
      },
    },
  });
  projectionist.start();
  // Until it has been built for the first time, a view has no answer.
  await projectionist.ready();
  const { log } = projectionist;

  const app = new Hono<Known>();
  app.use(recognize);
  app.get('/', (c) => c.text(`Hello ${c.get('user') ?? 'stranger'}`));
  app.route('/session', signIn);

  const own = new Hono<Known & { Variables: { user: string } }>();
  own.use(async (c, next) => {
    if (c.get('user') === undefined) throw new HTTPException(401, { message: 'Sign in first' });
    await next();
  });
  // What the program itself reads is under no policy: the condition stands here.
  own.get('/', (c) => {
    const rows = projectionist
      .view(tasks)
      .where(eq(tasks.owner, c.get('user')))
      .orderBy(desc(tasks.addedAt));
    return c.json(rows.all());
  });
  own.post('/', async (c) => {
    const id = `task-${randomUUID()}`;
    const { title } = await c.req.json<{ title: string }>();
    const added = {
      type: 'task.added',
      data: { owner: c.get('user'), title },
    } satisfies EventOf<typeof events>;
    const { position } = await log.append(id, added, { expectedVersion: 0 });
    await projectionist.waitFor('tasks', position);
    return c.json(projectionist.view(tasks).where(eq(tasks.id, id)).get(), 201);
  });
  own.post('/:id/done', async (c) => {
    const id = c.req.param('id');
    const isTheirs = and(eq(tasks.id, id), eq(tasks.owner, c.get('user')));
    if (projectionist.view(tasks).where(isTheirs).get() === undefined)
      throw new HTTPException(404, { message: 'You have no such task' });
    // Done twice in the same moment: the second one gets VERSION_CONFLICT.
    const { position } = await log.append(id, { type: 'task.done', data: {} }, { expectedVersion: 1 });
    await projectionist.waitFor('tasks', position);
    return c.json(projectionist.view(tasks).where(eq(tasks.id, id)).get());
  });
  app.route('/tasks', own);

  app.route('/read', projectionist.app);
  app.notFound((c) => c.json({ error: 'There is nothing here' }, 404));
  app.onError((error, c) => {
    if (error instanceof HTTPException) return c.json({ error: error.message }, error.status);
    if (error instanceof SyntaxError) return c.json({ error: 'The body is no JSON' }, 400);
    const code = error instanceof ProjectionistError ? error.code : undefined;
    if (code === 'EVENT_INVALID') return c.json({ error: error.message }, 422);
    if (code === 'VERSION_CONFLICT') return c.json({ error: 'It is done already' }, 409);
    console.error(error);
    return c.json({ error: 'Something is wrong on our side' }, 500);
  });
  return { app, projectionist };
}
