import { hash } from 'node:crypto';
import type { Context } from 'hono';
import { callerOf } from './caller.ts';

/** The parts of a request, beside its URL, that the rows and their form depend on. */
const VARYING = ['Accept', 'Prefer', 'Range'] as const;

/**
 * The entity tag of a view's answer: of one generation and position, the same request has the same answer. It is weak
 * (RFC 9110, section 8.8.1), since compression may change the bytes.
 */
export function entityTag(c: Context, generation: string, position: number, revision: number): string {
  return `W/"${stateTag(generation, position, revision)}${variant(c)}"`;
}

/** What the rows are of. A revision is there where decisions about dead letters have changed rows at one position. */
export function stateTag(generation: string, position: number, revision: number): string {
  return `${generation}.${position}${revision === 0 ? '' : `r${revision}`}`;
}

/** Short for what other requests to the same URL may do differently; nothing for the plainest one. */
function variant(c: Context): string {
  return variantOf(
    VARYING.map((name) => c.req.header(name) ?? ''),
    callerOf(c).claims,
  );
}

/** `parts` are the values of Accept, Prefer and Range; '' for none. */
export function variantOf(parts: readonly string[], claims: object): string {
  const isPlain = (parts[0] === '' || parts[0] === '*/*') && parts[1] === '' && parts[2] === '';
  if (isPlain && Object.keys(claims).length === 0) return '';
  return `.${hash('sha256', JSON.stringify([parts, claims])).slice(0, 16)}`;
}
