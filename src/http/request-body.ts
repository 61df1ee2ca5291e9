import { isUtf8 } from 'node:buffer';
import type { Context } from 'hono';
import { ProjectionistError } from '../errors.ts';
import { parseJson } from '../event-log/parse-json.ts';

/** A media type without its parameters, in lower case; '' where the request names none. */
export function mediaType(c: Context): string {
  return (c.req.header('Content-Type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** The body as text. Throws BODY_INVALID for what is not UTF-8, MEDIA_TYPE_UNSUPPORTED for another charset or coding. */
export async function textBody(c: Context): Promise<string> {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(c.req.header('Content-Type') ?? '')?.[1];
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw unsupported(`The charset ${charset} cannot be read`, 'Send UTF-8, as RFC 8259 asks of JSON.');
  }
  const coding = c.req.header('Content-Encoding');
  if (coding !== undefined && coding.trim().toLowerCase() !== 'identity') {
    throw unsupported(
      `A body in the coding ${coding} cannot be read`,
      'Send it as it is, without Content-Encoding.',
    );
  }
  const bytes = Buffer.from(await c.req.arrayBuffer());
  if (!isUtf8(bytes)) throw new ProjectionistError('BODY_INVALID', 'The body is not UTF-8 text');
  return bytes.toString().replace(/^\uFEFF/, '');
}

/** JSON text as a value. Throws BODY_INVALID for what is no JSON, EVENT_INVALID for a number that would lose digits. */
export function jsonIn(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (isJson(text)) throw error;
    throw new ProjectionistError('BODY_INVALID', `The body is ${(error as Error).message}`, { cause: error });
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export function unsupported(message: string, hint: string): ProjectionistError {
  return new ProjectionistError('MEDIA_TYPE_UNSUPPORTED', message, { hint });
}
