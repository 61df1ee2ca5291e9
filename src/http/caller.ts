import type { Context } from 'hono';
import type { Claims } from '../projection/define.ts';
import type { Scope } from './settings.ts';

/** Whoever sent a request. */
export interface Caller {
  /** The name of the token, or the subject that it speaks for. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly claims: Claims;
  /** True where the application that this one is mounted in has said so, and no token did. */
  readonly isOfHost?: true;
}

declare module 'hono' {
  interface ContextVariableMap {
    caller?: Caller;
    /** True once a scope has been asked for. */
    isCleared?: boolean;
  }
}

/** Where nobody is asked for a token. */
export const ANYBODY: Caller = Object.freeze({
  name: 'anybody',
  scopes: new Set<Scope>(['read', 'append', 'operate']),
  claims: Object.freeze({}),
});

export function callerOf(c: Context): Caller {
  return c.get('caller') ?? ANYBODY;
}
