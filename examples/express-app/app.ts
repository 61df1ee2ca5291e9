import { fileURLToPath } from 'node:url';
import { eq } from 'drizzle-orm';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from 'express';
import { createProjectionist, ProjectionistError } from 'projectionist';
import { bookings } from './projections/bookings.ts';
import { sessions } from './sessions.ts';

/** Rooms to book for a day: an application with sessions and routes of its own, and Projectionist below /read. */
export async function openRooms(data: string) {
  const { recognize, signIn } = sessions();
  const projectionist = await createProjectionist({
    data,
    projections: fileURLToPath(new URL('projections', import.meta.url)),
    // Express's request is `incoming`: whoever is signed in may read over HTTP. Only this program appends.
    auth: {
      caller: ({ env }) => {
        const { user } = env.incoming as express.Request;
        return user === undefined ? undefined : { name: user, scopes: ['read'], claims: { sub: user } };
      },
    },
  });
  projectionist.start();
  // Until it has been built for the first time, a view has no answer.
  await projectionist.ready();
  const { log } = projectionist;

  const book: RequestHandler = async (request, response) => {
    const { room, day } = (request.body ?? {}) as { room?: string; day?: string };
    const id = `${room}-${day}`;
    const history = [...log.read(id)];
    if (history.at(-1)?.type === 'room.booked') return taken(response);
    // Of two who read the same history, one is first; the other gets VERSION_CONFLICT.
    const booked = { type: 'room.booked', data: { room, day, by: request.user } };
    const { position } = await log.append(id, booked, { expectedVersion: history.length });
    await projectionist.waitFor('bookings', position);
    response.status(201).json(projectionist.view(bookings).where(eq(bookings.id, id)).get());
  };

  const release: RequestHandler<{ id: string }> = async ({ params: { id }, user }, response) => {
    const booking = projectionist.view(bookings).where(eq(bookings.id, id)).get();
    if (booking === undefined || booking.by !== user) return missing(response, 'You have no such booking');
    const released = { type: 'room.released', data: {} };
    const { position } = await log.append(id, released, { expectedVersion: booking.version });
    response.json({ id, position });
  };

  const app: Express = express();
  app.use(recognize);
  // Before the body parser: Projectionist reads bodies itself.
  app.use('/read', projectionist.listener);
  app.use(express.json());
  app.get('/', (request, response) => void response.send(`Hello ${request.user ?? 'stranger'}`));
  app.post('/session', signIn);
  app.use('/bookings', signedIn);
  // oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 hands a rejection on to its error handlers
  app.post('/bookings', book);
  app.delete('/bookings/:id', release);
  // oxlint-enable oxc/no-async-endpoint-handlers
  app.use((_, response) => missing(response, 'There is nothing here'));
  app.use(refusals);
  return { app, projectionist };
}

function missing(response: Response, error: string): void {
  response.status(404).json({ error });
}

function taken(response: Response): void {
  response.status(409).json({ error: 'Somebody has it already' });
}

const signedIn: RequestHandler = (request, response, next) => {
  if (request.user === undefined) response.status(401).json({ error: 'Sign in first' });
  else next();
};

const refusals: ErrorRequestHandler = (error: unknown, _, response, next) => {
  const code = error instanceof ProjectionistError ? error.code : undefined;
  if (code === 'EVENT_INVALID') response.status(422).json({ error: (error as Error).message });
  else if (code === 'VERSION_CONFLICT') taken(response);
  else next(error);
};
