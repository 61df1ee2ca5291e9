import type { Context, MiddlewareHandler } from 'hono';
import { ProjectionistError } from '../errors.ts';
import type { ListenerBindings } from './node-listener.ts';

const WITHOUT_BODY = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Refuses a body that something of the host's has read before, and of which nothing is left. Throws BODY_INVALID. */
export const refuseReadBody: MiddlewareHandler = (c, next) => {
  if (WITHOUT_BODY.has(c.req.method) || !isLost(c)) return next();
  throw new ProjectionistError('BODY_INVALID', 'Something has read the body before it came here', {
    hint: 'Mount Projectionist before the body parser: use("/read", projectionist.listener), then use(express.json()).',
  });
};

function isLost(c: Context): boolean {
  const bindings = c.env as Partial<ListenerBindings> | undefined;
  return bindings?.isBodyRead === true || (c.req.raw.bodyUsed && !isKept(c));
}

/** True where a middleware has read the body by Hono's own `c.req`, which keeps it for whoever comes after. */
export function isKept(c: Context): boolean {
  return Object.keys(c.req.bodyCache).length > 0;
}
