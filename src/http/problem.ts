import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type ErrorCode, ProjectionistError, reportOf } from '../errors.ts';
import { POSTGREST_CODES } from './postgrest-codes.ts';

/** The HTTP status of each error; those that are not listed are the server's own fault. */
const STATUS: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
  VIEW_UNKNOWN: 404,
  PROJECTION_UNKNOWN: 404,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  COLUMN_UNKNOWN: 400,
  QUERY_INVALID: 400,
  QUERY_TOO_LARGE: 400,
  QUERY_UNKNOWN: 404,
  QUERY_TIMEOUT: 504,
  PARAMETER_INVALID: 400,
  VALUE_INVALID: 400,
  VALUE_OUT_OF_RANGE: 400,
  PATTERN_INVALID: 400,
  CURSOR_INVALID: 400,
  RELATION_UNKNOWN: 400,
  RELATION_AMBIGUOUS: 300,
  RELATED_ORDER_IMPOSSIBLE: 400,
  EMBED_UNKNOWN: 400,
  EMBED_FILTER_INVALID: 400,
  AGGREGATES_OFF: 400,
  AGGREGATE_IMPOSSIBLE: 400,
  RANGE_UNSATISFIABLE: 416,
  NOT_SINGULAR: 406,
  NOT_ACCEPTABLE: 406,
  PREFERENCE_INVALID: 400,
  REQUEST_INVALID: 400,
  BODY_INVALID: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  REQUEST_TIMEOUT: 408,
  URL_TOO_LONG: 414,
  KEYS_UNAVAILABLE: 503,
  TOO_BUSY: 503,
  POSITION_AHEAD: 400,
  VERSION_CONFLICT: 412,
  NOTHING_TO_ROLL_BACK: 409,
  OPERATION_REFUSED: 409,
  PROJECTION_BUSY: 409,
  NOT_PARKED: 404,
  REASON_MISSING: 422,
  VERIFICATION_FAILED: 409,
  BODY_TOO_LARGE: 413,
  MEDIA_TYPE_UNSUPPORTED: 415,
  EVENT_INVALID: 422,
  EVENT_TYPE_UNKNOWN: 422,
  EVENT_SCHEMA_NEWER: 422,
  LOCKED: 503,
  CLOSED: 503,
  DISK_FULL: 507,
  STORAGE_FAILED: 503,
  DATA_FOLDER_UNUSABLE: 503,
  LOG_DAMAGED: 503,
  LOG_REPLACED: 503,
  GENERATION_DAMAGED: 503,
  PROJECTION_NOT_READY: 503,
  PROJECTION_STOPPED: 503,
  PROJECTION_PAUSED: 503,
  WAIT_TIMEOUT: 503,
  COPY_NOT_READY: 503,
};

interface Problem {
  readonly code: string | undefined;
  readonly [member: string]: unknown;
}

/** An error as RFC 9457 problem details, with PostgREST's members beside. Anything unexpected says nothing of itself. */
export function problemOf(error: unknown): { readonly status: ContentfulStatusCode; readonly body: Problem } {
  const known = error instanceof ProjectionistError ? error : undefined;
  const status = (known && STATUS[known.code]) ?? 500;
  const title = status === 500 ? 'The server failed to answer' : sentenceOf(known as ProjectionistError);
  const body = {
    type: 'about:blank',
    title,
    status,
    code: status === 500 ? 'INTERNAL' : known?.code,
    message: title,
    details: status === 500 ? null : detailsOf(known as ProjectionistError),
    hint: status === 500 ? 'Look at the log of the server.' : (known?.hint ?? null),
    ...(status !== 500 &&
      known?.cause instanceof AggregateError && { errors: known.cause.errors.map(reportOf) }),
  };
  return { status, body };
}

/** The same as a response. */
export function problemResponse(c: Context, error: unknown): Response {
  const { status, body } = problemOf(error);
  if (status === 503 || status === 507) c.header('Retry-After', '1');
  return c.body(JSON.stringify(isOfViews(c) ? withPostgrestCode(body) : body), status, {
    'Content-Type': 'application/problem+json',
  });
}

/** PostgREST's clients look at what they ask of views; nobody else knows its codes. */
function isOfViews(c: Context): boolean {
  return c.req.path.includes('/views/');
}

function withPostgrestCode(body: Problem): object {
  const code = POSTGREST_CODES[body.code as ErrorCode];
  return code === undefined ? body : { ...body, code, error: body.code };
}

/** Where the server keeps its files is nobody's business: what is said of one is said of "the data folder". */
function sentenceOf({ message, evidence: { file } }: ProjectionistError): string {
  if (file === undefined) return message;
  return message.replaceAll(`The log ${file}`, 'The log').replaceAll(file, 'the data folder');
}

/** A sentence where the error has one, as PostgREST's clients expect; otherwise what it knows of where it happened. */
function detailsOf({ details, evidence }: ProjectionistError): unknown {
  const shown = { ...evidence, file: undefined };
  const isEmpty = Object.values(shown).every((value) => value === undefined);
  return details ?? (isEmpty ? null : shown);
}
