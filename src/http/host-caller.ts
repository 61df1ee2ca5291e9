import type { Context } from 'hono';
import { ProjectionistError } from '../errors.ts';
import type { Caller } from './caller.ts';
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

/** Who sends a request; rejects with UNAUTHENTICATED where the host knows nobody. */
export type HostCallers = (c: Context) => Promise<Caller>;

/** Asks the host once for each request, however often that is asked for. */
export function hostCallers(ask: AskHost): HostCallers {
  const asked = new WeakMap<Context, Promise<Caller>>();
  return (c) => {
    const caller = asked.get(c) ?? askHost(ask, c);
    asked.set(c, caller);
    return caller;
  };
}

async function askHost(ask: AskHost, c: Context): Promise<Caller> {
  const caller = await ask(c);
  if (caller === undefined)
    throw new ProjectionistError('UNAUTHENTICATED', 'Nobody is signed in', { hint: 'Sign in first.' });
  const { name, scopes, claims = {} } = caller;
  return { name, scopes: new Set(scopes), claims, isOfHost: true };
}
