import type { Context, MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';

/** Bytes below which compressing costs more than it saves. */
export const THRESHOLD = 1024;
/** What is whole when it is answered; a stream of events must not be held back. */
const WHOLE = /^(application\/([\w.-]+\+)?json|text\/(csv|html|css|javascript|plain))\b/;

/** Compresses larger answers for those who take it (RFC 9110, section 8.4), and leaves everything else untouched. */
export function compressed(): MiddlewareHandler {
  const compressing = compress({ threshold: THRESHOLD, contentTypeFilter: WHOLE });
  return (c, next) => {
    if (!/gzip|deflate/i.test(c.req.header('Accept-Encoding') ?? '')) return next();
    return compressing(c, async () => {
      await next();
      await measure(c);
    });
  };
}

/** Says how long a body is, without which the threshold could not be kept. */
async function measure(c: Context): Promise<void> {
  const type = c.res.headers.get('Content-Type');
  if (c.req.method === 'HEAD' || c.res.headers.has('Content-Length')) return;
  if (type === null || !WHOLE.test(type) || c.res.body === null) return;
  const body = await c.res.arrayBuffer();
  const measured = new Response(body, c.res);
  measured.headers.set('Content-Length', String(body.byteLength));
  c.res = measured;
}
