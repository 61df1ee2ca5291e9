import { ProjectionistError } from '../errors.ts';
import type { NewEvent } from '../event-log/event.ts';
import { parseJson } from '../event-log/parse-json.ts';
import { restated } from './restated.ts';

/** Bad lines that one answer reports. */
const REPORTED = 20;

/**
 * NDJSON (https://github.com/ndjson/ndjson-spec): an event a line; blank lines are passed over, and counted. Throws
 * EVENT_INVALID for the first bad line, its cause an AggregateError of them where there are several.
 */
export function eventLines(
  text: string,
  read: (input: unknown) => NewEvent,
): { events: NewEvent[]; lines: number[] } {
  const events: NewEvent[] = [];
  const lines: number[] = [];
  const problems: ProjectionistError[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      events.push(read(parseJson(line)));
      lines.push(index + 1);
    } catch (error) {
      if (!(error instanceof ProjectionistError)) throw error;
      problems.push(atLine(error, index + 1));
      if (problems.length === REPORTED) break;
    }
  }
  const [first] = problems;
  if (first === undefined) return { events, lines };
  if (problems.length === 1) throw first;
  throw restated(first, { cause: new AggregateError(problems) });
}

/** The same error, said of a line. */
export function atLine(error: ProjectionistError, line: number): ProjectionistError {
  const { index: _, ...evidence } = error.evidence;
  return restated(error, { message: `Line ${line}: ${error.message}`, evidence: { ...evidence, line } });
}
