import { parseExactly } from '../exact-json.ts';

/** What the server says of a request that it refuses (RFC 9457), as far as it can be read. */
interface Problem {
  readonly code?: unknown;
  readonly error?: unknown;
  readonly message?: unknown;
  readonly hint?: unknown;
  readonly details?: unknown;
}

interface ErrorParts {
  readonly status?: number;
  readonly postgrestCode?: string | undefined;
  readonly hint?: string | undefined;
  readonly details?: unknown;
  readonly cause?: unknown;
}

/**
 * A request that came to nothing. `code` is the server's own name for it (`COLUMN_UNKNOWN`, `VERSION_CONFLICT`,
 * `WAIT_TIMEOUT`, …), or `UNREACHABLE` where there was no answer, and `ANSWER_INVALID` for one that is none of a
 * Projectionist's.
 */
export class ProjectionistClientError extends Error {
  override readonly name = 'ProjectionistClientError';
  readonly code: string;
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** PostgREST's code of the same error (`42703`, `PGRST116`), where it has one. */
  readonly postgrestCode: string | undefined;
  /** What to do about it. */
  readonly hint: string | undefined;
  /** A sentence, or where it happened: `{ stream, expected, actual }`. */
  readonly details: unknown;

  constructor(code: string, message: string, parts: ErrorParts = {}) {
    super(message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = code;
    this.status = parts.status ?? 0;
    this.postgrestCode = parts.postgrestCode;
    this.hint = parts.hint;
    this.details = parts.details ?? null;
  }
}

/** The error that a refusal's body describes. */
export function errorOfBody(status: number, body: string): ProjectionistClientError {
  const problem = problemIn(body);
  const code = textOr(problem?.code, undefined);
  if (problem === undefined || code === undefined)
    return new ProjectionistClientError('ANSWER_INVALID', `The server answered ${status}`, {
      status,
      hint: 'Is the URL that of a Projectionist, and does a proxy stand before it?',
    });
  const own = textOr(problem.error, undefined);
  return new ProjectionistClientError(own ?? code, textOr(problem.message, `The server answered ${status}`), {
    status,
    postgrestCode: own === undefined ? undefined : code,
    hint: textOr(problem.hint, undefined),
    details: problem.details,
  });
}

/** Parses an answer; an integer that a number would round becomes a bigint. Throws ANSWER_INVALID for what is no JSON. */
export function parseAnswer(status: number, text: string): unknown {
  try {
    return parseExactly(text);
  } catch (cause) {
    throw new ProjectionistClientError('ANSWER_INVALID', 'The answer is no JSON', {
      status,
      hint: 'Is the URL that of a Projectionist, and does a proxy stand before it?',
      cause,
    });
  }
}

function problemIn(body: string): Problem | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function textOr<Other>(value: unknown, other: Other): string | Other {
  return typeof value === 'string' ? value : other;
}
