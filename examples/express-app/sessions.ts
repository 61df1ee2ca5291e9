import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';

declare module 'express-serve-static-core' {
  interface Request {
    /** Who is signed in. */
    user?: string | undefined;
  }
}

/** Stands in for whatever signs people in: it believes every name, and forgets all of them when it ends. */
export function sessions() {
  const users = new Map<string, string>();

  const recognize: RequestHandler = (request, _, next) => {
    const session = /(?:^|; )session=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
    request.user = users.get(session ?? '');
    next();
  };

  const signIn: RequestHandler = (request, response) => {
    const { name } = request.body as { name: string };
    const session = randomBytes(16).toString('hex');
    users.set(session, name);
    response.cookie('session', session, { httpOnly: true, sameSite: 'lax' });
    response.status(201).json({ name });
  };

  return { recognize, signIn };
}
