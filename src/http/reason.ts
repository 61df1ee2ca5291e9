import type { Context } from 'hono';
import { z } from 'zod';
import { ProjectionistError } from '../errors.ts';
import { jsonIn, textBody } from './request-body.ts';

const REASON = z.strictObject({ reason: z.string().max(500).nullable().optional() });

/** The reason in the body `{ "reason": "…" }`, which may be left out. Throws BODY_INVALID. */
export async function reasonIn(c: Context): Promise<string | null> {
  const text = await textBody(c);
  if (text.trim() === '') return null;
  const body = REASON.safeParse(jsonIn(text));
  if (body.success) return body.data.reason ?? null;
  throw new ProjectionistError('BODY_INVALID', 'The body is not { "reason": "…" }', {
    hint: 'Send a reason of at most 500 characters, or no body.',
  });
}
