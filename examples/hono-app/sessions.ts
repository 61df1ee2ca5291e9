import { randomBytes } from 'node:crypto';
import { Hono, type MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

/** What the application's middleware knows of a request. */
export interface Known {
  Variables: { user?: string };
}

const COOKIE = 'session';

/** Stands in for whatever signs people in: it believes every name, and forgets all of them when it ends. */
export function sessions() {
  const users = new Map<string, string>();

  const recognize: MiddlewareHandler<Known> = (c, next) => {
    const user = users.get(getCookie(c, COOKIE) ?? '');
    if (user !== undefined) c.set('user', user);
    return next();
  };

  const signIn = new Hono<Known>().post('/', async (c) => {
    const { name } = await c.req.json<{ name: string }>();
    const session = randomBytes(16).toString('hex');
    users.set(session, name);
    setCookie(c, COOKIE, session, { httpOnly: true, sameSite: 'Lax', path: '/' });
    return c.json({ name }, 201);
  });

  return { recognize, signIn };
}
