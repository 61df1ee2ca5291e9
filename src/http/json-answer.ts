import type { Context } from 'hono';
import { writeExactly } from '../exact-json.ts';

/** An answer with values of rows: integers keep their digits, where `c.json` throws for a bigint. */
export function jsonAnswer(c: Context, value: object): Response {
  return c.body(writeExactly(value), 200, { 'Content-Type': 'application/json' });
}
