import { type ErrorDetails, ProjectionistError } from '../errors.ts';
import type { EventCheck } from './check-event.ts';
import type { CheckedEvent } from './event.ts';

/** Bad events that one error reports. */
const REPORTED = 20;

/**
 * Checks events that are to be appended together. Throws what is wrong with the first bad one, its `index` among the
 * evidence; where several are bad, the cause is an AggregateError of them all, up to 20.
 */
export function checkAll(events: readonly unknown[], check: EventCheck): CheckedEvent[] {
  const checked: CheckedEvent[] = [];
  const problems: ProjectionistError[] = [];
  for (const [index, event] of events.entries()) {
    try {
      checked.push(check(event));
    } catch (error) {
      if (!(error instanceof ProjectionistError)) throw error;
      problems.push(placed(error, index, { cause: error.cause }));
      if (problems.length === REPORTED) break;
    }
  }
  const [first] = problems;
  if (first === undefined) return checked;
  if (problems.length === 1) throw first;
  throw placed(first, first.evidence.index ?? 0, { cause: new AggregateError(problems) });
}

function placed(
  error: ProjectionistError,
  index: number,
  { cause }: Pick<ErrorDetails, 'cause'>,
): ProjectionistError {
  const evidence = { ...error.evidence, index };
  return new ProjectionistError(error.code, error.message, { hint: error.hint, evidence, cause });
}
