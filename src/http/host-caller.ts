import type { Context, MiddlewareHandler } from 'hono';
import { ProjectionistError } from '../errors.ts';
import type { Claims } from '../projection/define.ts';
import type { Scope } from './settings.ts';

/** Whom the application that this one is mounted in takes for the sender of a request. */
export interface HostCaller {
  /** For messages and logs. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** What row policies are given. A live answer ends at `exp`, in seconds since 1970. */
  readonly claims?: Claims;
}

/**
 * Says who sends a request; undefined refuses it with 401. In a Hono application `c.get('user')` is what its middleware
 * has set, under Express `c.env.incoming` is its request.
 */
export type AskHost = (c: Context) => HostCaller | undefined | PromiseLike<HostCaller | undefined>;

/** Finds out who sends a request by asking the host. Throws UNAUTHENTICATED. */
export function askHost(ask: AskHost): MiddlewareHandler {
  return async (c, next) => {
    const caller = await ask(c);
    if (caller === undefined)
      throw new ProjectionistError('UNAUTHENTICATED', 'Nobody is signed in', { hint: 'Sign in first.' });
    const { name, scopes, claims = {} } = caller;
    c.set('caller', { name, scopes: new Set(scopes), claims, isOfHost: true });
    await next();
  };
}
