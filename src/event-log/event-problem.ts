import { type ErrorCode, type ErrorDetails, ProjectionistError } from '../errors.ts';

/** An event as it came: an object, of which nothing else is known yet. */
export type Envelope = Readonly<Record<string, unknown>>;

/** EVENT_INVALID for one field; `what` is the rest of a sentence that starts with the field. */
export function invalidField(
  event: Envelope,
  field: string,
  what: string,
  cause?: unknown,
): ProjectionistError {
  const type = textOf(event, 'type');
  const words = /^[A-Z][a-z]/.test(what) ? `— ${what}` : what;
  return eventProblem('EVENT_INVALID', event, field, `${type ?? 'An event'}: ${field} ${words}`, {
    hint: field.startsWith('data')
      ? `Compare the event with the schema of ${type ?? 'its type'} in the catalogue.`
      : undefined,
    cause,
  });
}

/** An error about one event, with its type, stream and id as evidence. */
export function eventProblem(
  code: ErrorCode,
  event: Envelope,
  field: string,
  message: string,
  details: Pick<ErrorDetails, 'hint' | 'cause'> = {},
): ProjectionistError {
  return new ProjectionistError(code, message, {
    ...details,
    evidence: {
      field,
      eventType: textOf(event, 'type'),
      stream: textOf(event, 'stream'),
      eventId: textOf(event, 'id'),
    },
  });
}

function textOf(event: Envelope, member: string): string | undefined {
  const value = event[member];
  return typeof value === 'string' ? value : undefined;
}
