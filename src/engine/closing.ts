import { ProjectionistError } from '../errors.ts';

/** What those are told who wait for something that the engine does not come to any more. */
export function closing(): ProjectionistError {
  return new ProjectionistError('CLOSED', 'The engine is stopping');
}
