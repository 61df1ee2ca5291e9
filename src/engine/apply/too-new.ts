import { ProjectionistError } from '../../errors.ts';

/** Where the projection stands: before an event that newer definitions wrote. */
export interface NewEventPlace {
  readonly projection: string;
  readonly position: number;
  readonly id?: string;
  readonly type?: string;
  readonly stream?: string;
}

/** EVENT_SCHEMA_NEWER of an upcast, with the place of the event in the log and what to do. */
export function tooNew(cause: ProjectionistError, place: NewEventPlace): ProjectionistError {
  const { projection, position, id, type, stream } = place;
  const { actual, expected } = cause.evidence;
  return new ProjectionistError(
    'EVENT_SCHEMA_NEWER',
    `${type} at position ${position} is written in schema version ${actual}; this generation of ${projection} reads versions up to ${expected}`,
    {
      hint:
        `Deploy the definitions that have version ${actual} of ${type}. Nothing is lost: the projection waits in front ` +
        'of the event, and a generation that knows the version applies it.',
      evidence: { projection, position, eventId: id, eventType: type, stream, expected, actual },
      cause,
    },
  );
}
