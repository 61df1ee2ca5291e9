import type { MiddlewareHandler } from 'hono';

/**
 * A JSON API runs nothing and is framed by nobody; pages bring a policy of their own. TLS is the proxy's affair, HSTS too;
 * `frame-ancestors` says more than X-Frame-Options.
 */
export const SECURE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** Says these of every answer that says nothing else itself. */
export const secureHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  const { headers } = c.res;
  for (const [name, value] of Object.entries(SECURE_HEADERS))
    if (!headers.has(name)) headers.set(name, value);
};
