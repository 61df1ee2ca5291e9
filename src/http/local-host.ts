import { ProjectionistError } from '../errors.ts';
import { isLoopback } from './exposure.ts';
import { problemOf } from './problem.ts';
import type { AuthSettings } from './settings.ts';

/**
 * The names under which a server answers. One that listens on this machine only, and asks nobody for a token, must not
 * answer to the name of a page's own server: a page could otherwise have that name point here, and read along (DNS
 * rebinding). Makes what is asked for each request's Host header, and answers a refusal, or undefined.
 */
export function foreignHostRefusal({
  host,
  auth,
}: {
  readonly host: string;
  readonly auth?: AuthSettings | undefined;
}): (hostHeader: string | undefined) => Response | undefined {
  if (auth !== undefined || !isLoopback(host)) return () => undefined;
  // Most requests call the server what the one before did.
  let own: string | undefined;
  return (hostHeader) => {
    if (hostHeader === own) return undefined;
    const name = (hostHeader ?? '').replace(/:\d+$/, '');
    if (name !== '' && !isLoopback(name)) return refusal();
    own = hostHeader;
    return undefined;
  };
}

function refusal(): Response {
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
