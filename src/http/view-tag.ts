import { hash } from 'node:crypto';
import type { Context } from 'hono';
import { callerOf } from './caller.ts';
import { generationName } from './freshness.ts';
import type { Source } from './services.ts';

/** The parts of a request, beside its URL, that the rows and their form depend on. */
const VARYING = ['Accept', 'Prefer', 'Range'] as const;

/** The entity tag of the answer to a request: see `tagOf`. */
export function entityTag(c: Context, source: Source): string {
  return tagOf(source, variant(c));
}

/**
 * The entity tag of a view's answer: of one generation, position and revision, the same request has the same answer. It is
 * weak (RFC 9110, section 8.8.1), since compression may change the bytes.
 */
export function tagOf(source: Source, variant: string): string {
  const { position, revision } = source;
  return `W/"${generationName(source)}.${position}${revision === 0 ? '' : `r${revision}`}${variant}"`;
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
