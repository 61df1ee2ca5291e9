import { type ErrorCode, ProjectionistError } from '../errors.ts';

/** Characters of a request that an error repeats at most. */
const SHOWN = 100;

/** A query that cannot be read. `what` names the place, the hint what would have been right. */
export function unreadable(what: string, hint: string): ProjectionistError {
  return new ProjectionistError('QUERY_INVALID', `${what} cannot be read`, { hint });
}

export function queryProblem(code: ErrorCode, message: string, hint: string): ProjectionistError {
  return new ProjectionistError(code, message, { hint });
}

/** A request's own words, short enough to repeat, in quotes. */
export function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}

/** Names as a sentence's list. */
export function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.slice(0, 50).join(', ') + (names.length > 50 ? ', …' : '');
}
