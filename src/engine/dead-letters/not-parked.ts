import { ProjectionistError } from '../../errors.ts';

export function notParked(projection: string, partition: string): ProjectionistError {
  return new ProjectionistError('NOT_PARKED', `${partition} is not parked in ${projection}`, {
    hint: `List what is: projectionist dead-letters list ${projection}.`,
    evidence: { projection },
  });
}
