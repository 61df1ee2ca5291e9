import type { Context } from 'hono';

/** The path that was asked for, with whatever the app is mounted under: what a link or `Location` begins with. */
export function pathOf(c: Context): string {
  return new URL(c.req.url).pathname;
}
