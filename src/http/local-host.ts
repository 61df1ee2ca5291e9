import { ProjectionistError } from '../errors.ts';
import { isLoopback } from './exposure.ts';
import { problemOf } from './problem.ts';
import type { AuthSettings } from './settings.ts';

/**
 * The names under which a server answers. One that listens on this machine only, and asks nobody for a token, must not
 * answer to the name of a page's own server: a page could otherwise have that name point here, and read along (DNS
 * rebinding). Answers a refusal, or undefined.
 */
export function refuseForeignHost(
  hostHeader: string | undefined,
  { host, auth }: { readonly host: string; readonly auth?: AuthSettings | undefined },
): Response | undefined {
  if (auth !== undefined || !isLoopback(host)) return undefined;
  const name = (hostHeader ?? '').replace(/:\d+$/, '');
  if (name === '' || isLoopback(name)) return undefined;
  const { status, body } = problemOf(
    new ProjectionistError('FORBIDDEN', 'This server answers to this machine alone', {
      hint: "Ask it as localhost; behind a proxy, set auth, or auth: 'none' where the proxy asks for tokens.",
    }),
  );
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/problem+json' },
  });
}
