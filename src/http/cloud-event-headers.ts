import type { Context } from 'hono';
import { ProjectionistError } from '../errors.ts';
import { isJsonType } from './cloud-event.ts';
import { jsonIn, textBody, unsupported } from './request-body.ts';

/** True for a request in binary mode, where each attribute is a header and the body is the data. */
export function isBinaryMode(c: Context): boolean {
  return c.req.header('ce-specversion') !== undefined;
}

/**
 * The CloudEvent of a request in binary mode (HTTP protocol binding 1.0.2, section 3.1), in the form that structured
 * mode has. Throws BODY_INVALID, REQUEST_INVALID, or MEDIA_TYPE_UNSUPPORTED for data that is no JSON.
 */
export async function binaryCloudEvent(c: Context): Promise<unknown> {
  const contentType = c.req.header('Content-Type');
  const text = await textBody(c);
  if (text !== '' && contentType !== undefined && !isJsonType(contentType)) {
    throw unsupported(
      `The data of a CloudEvent cannot be ${contentType.split(';')[0]}`,
      'The log keeps JSON: send Content-Type: application/json.',
    );
  }
  const traceparent = c.req.header('traceparent');
  return {
    ...(traceparent !== undefined && { traceparent }),
    ...attributesIn(c),
    ...(text !== '' && { data: jsonIn(text) }),
  };
}

function attributesIn(c: Context): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(c.req.header())) {
    if (name.startsWith('ce-')) attributes[name.slice('ce-'.length)] = decode(name, value);
  }
  return attributes;
}

/** Takes off quotation marks, then percent-decodes once (section 3.1.3.2). */
function decode(header: string, value: string): string {
  const unquoted = /^"(.*)"$/s.exec(value)?.[1]?.replaceAll(/\\(.)/gs, '$1') ?? value;
  try {
    return decodeURIComponent(unquoted);
  } catch (error) {
    throw new ProjectionistError('REQUEST_INVALID', `${header} is not percent-encoded UTF-8`, {
      hint: 'Write %25 for a percent sign.',
      evidence: { field: header },
      cause: error,
    });
  }
}
