import type { Context, MiddlewareHandler } from 'hono';
import { ProjectionistError } from '../errors.ts';
import { ANYBODY, type Caller, callerOf } from './caller.ts';
import { JsonWebTokens } from './json-web-tokens.ts';
import { type HostCallers, hostCallers } from './host-caller.ts';
import type { AuthSettings, Scope } from './settings.ts';
import { StaticTokens } from './static-tokens.ts';

/** Who sends a request, by the value of its Authorization header; undefined where that is no good token. */
export type FindCaller = (
  authorization: string | undefined,
) => Caller | undefined | Promise<Caller | undefined>;

/** The two ways to find out: by a header, and by asking the host, where it is to be asked. */
export interface FindCallers {
  readonly byHeader: FindCaller;
  readonly ofHost: HostCallers | undefined;
}

export function callerFinders(auth: AuthSettings | undefined): FindCallers {
  const isOfHost = auth !== undefined && auth !== 'none' && 'caller' in auth;
  return { byHeader: callerFinder(auth), ofHost: isOfHost ? hostCallers(auth.caller) : undefined };
}

/** A promise only where a JWT is to be verified, which rejects as `JsonWebTokens.verify` does. */
export function callerFinder(auth: AuthSettings | undefined): FindCaller {
  if (auth === undefined || auth === 'none') return () => ANYBODY;
  // A header does not tell.
  if ('caller' in auth) return () => undefined;
  const tokens = new StaticTokens(auth.tokens ?? []);
  const webTokens = auth.jwt === undefined ? undefined : new JsonWebTokens(auth.jwt);
  return (authorization) => {
    const token = tokenIn(authorization);
    return token === undefined ? undefined : (tokens.find(token) ?? webTokens?.verify(token));
  };
}

/** Finds out who sends a request, by its bearer token (RFC 6750) or by asking the host. Throws UNAUTHENTICATED. */
export function authenticate(
  auth: AuthSettings | undefined,
  { byHeader, ofHost }: FindCallers,
): MiddlewareHandler {
  if (auth === undefined || auth === 'none') return (_, next) => next();
  if (ofHost !== undefined)
    return async (c, next) => {
      c.set('caller', await ofHost(c));
      await next();
    };
  return async (c, next) => {
    const authorization = c.req.header('Authorization');
    if (tokenIn(authorization) === undefined) {
      c.header('WWW-Authenticate', CHALLENGE);
      throw new ProjectionistError('UNAUTHENTICATED', 'This needs a token', {
        hint: 'Send Authorization: Bearer <token>.',
      });
    }
    const caller = await byHeader(authorization);
    if (caller === undefined) {
      c.header('WWW-Authenticate', `${CHALLENGE}, error="invalid_token"`);
      throw new ProjectionistError('UNAUTHENTICATED', 'The token is unknown, expired or malformed', {
        hint: 'Ask for another one.',
      });
    }
    c.set('caller', caller);
    await next();
  };
}

const CHALLENGE = 'Bearer realm="projectionist"';

function tokenIn(authorization: string | undefined): string | undefined {
  return /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization ?? '')?.[1];
}

/** For `guard`: whatever the method. */
export const ANY = 'any';

/**
 * Asks for a scope where the method is one of these, no guard has asked before, and the guard is on duty. Throws
 * FORBIDDEN, naming the scope, and the reason where the scope is not the one that anybody would expect.
 */
export function guard(
  methods: readonly string[] | typeof ANY,
  scope: Scope,
  { isOnDuty = () => true, reason }: { isOnDuty?: () => boolean; reason?: string } = {},
): MiddlewareHandler {
  return (c, next) => {
    if (c.get('isCleared') === true || (methods !== ANY && !methods.includes(c.req.method))) return next();
    if (!isOnDuty()) return next();
    checkScope(c, callerOf(c), scope, reason);
    c.set('isCleared', true);
    return next();
  };
}

function checkScope(c: Context, caller: Caller, scope: Scope, reason: string | undefined): void {
  if (caller.scopes.has(scope)) return;
  if (caller.isOfHost !== true)
    c.header('WWW-Authenticate', `${CHALLENGE}, error="insufficient_scope", scope="${scope}"`);
  throw new ProjectionistError(
    'FORBIDDEN',
    `${caller.isOfHost === true ? caller.name : 'The token'} lacks the scope ${scope}`,
    {
      hint: `It has ${[...caller.scopes].join(', ') || 'none'}.${reason === undefined ? '' : ` ${reason}`}`,
      evidence: { expected: scope },
    },
  );
}
