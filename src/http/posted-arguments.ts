import type { Context } from 'hono';
import { ProjectionistError } from '../errors.ts';
import { splitArguments } from '../query/arguments.ts';
import { parseExactly } from '../exact-json.ts';
import type { NamedQuery } from '../projection/define.ts';
import { mediaType, textBody } from './request-body.ts';

const FORM = 'application/x-www-form-urlencoded';

/**
 * The arguments that are posted to a named query: a JSON object, or a form's fields, which are text. `curl -d` says of
 * whatever it sends that it is a form, so what begins as no form does is JSON. Throws BODY_INVALID, and what a parameter
 * that is given twice does.
 */
export async function postedArguments(
  c: Context,
  parameters: NamedQuery['parameters'],
): Promise<ReadonlyMap<string, unknown>> {
  const text = await textBody(c);
  if (mediaType(c) !== FORM || /^\s*[{["]/.test(text)) return new Map(Object.entries(objectIn(text)));
  const { given, rest } = splitArguments(parameters, new URLSearchParams(text));
  // What is no parameter is refused with the others' names, as it is in JSON.
  return new Map([...given, ...rest]);
}

/** Whole numbers that a JavaScript number would round are bigints: a parameter gets the digits that were sent, or refuses. */
function objectIn(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = text.trim() === '' ? {} : parseExactly(text);
  } catch {
    value = undefined;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new ProjectionistError('BODY_INVALID', 'The body is no JSON object', {
    hint: `Post the parameters as one object, {"limit": 3}, or as a form, limit=3, with Content-Type: ${FORM}.`,
  });
}
