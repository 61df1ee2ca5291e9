import { ProjectionistError } from '../errors.ts';

/** A word for an error, from a list that is bounded. */
export function errorType(error: unknown): string {
  return error instanceof ProjectionistError ? error.code : 'INTERNAL';
}
