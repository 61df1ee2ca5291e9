import type { Context } from 'hono';
import { ProjectionistError } from '../errors.ts';
import type { AppendResult } from '../event-log/intake.ts';
import type { ExpectedVersion } from '../event-log/writer.ts';
import { atLine } from './event-lines.ts';
import type { IncomingEvents } from './incoming-events.ts';
import { restated } from './restated.ts';
import type { Services } from './services.ts';
import { pathOf } from './path-of.ts';

/** Events that an answer lists one by one; of more it tells the sum. */
const LISTED = 1000;

/** Appends what a request holds, all or none. Errors name the line or the index of the event. */
export async function append(
  services: Services,
  incoming: IncomingEvents,
  expected: ReadonlyMap<string, ExpectedVersion> = new Map(),
): Promise<AppendResult> {
  try {
    return await services.append(incoming.events, expected);
  } catch (error) {
    throw error instanceof ProjectionistError ? placed(error, incoming) : error;
  }
}

/** 201 where anything is new, 200 for a repeat: with the position to wait for, and where the last event stands. */
export function appendAnswer(c: Context, result: AppendResult): Response {
  const { events, position } = result;
  const appended = events.filter(({ isDuplicate }) => !isDuplicate).length;
  c.header('Event-Position', String(position));
  c.header('Location', `${mount(c)}/events/${position}`);
  return c.json(
    {
      position,
      appended,
      duplicates: events.length - appended,
      ...(events.length <= LISTED && { events }),
    },
    appended > 0 ? 201 : 200,
  );
}

/** The path that the whole app is mounted under; '' where it has the server for itself. */
export function mount(c: Context): string {
  return pathOf(c).replace(/\/(?:events|streams)(?:\/.*)?$/s, '');
}

function placed(error: ProjectionistError, { lines, isSingle }: IncomingEvents): ProjectionistError {
  const { index } = error.evidence;
  if (index === undefined) return error;
  if (lines !== undefined) {
    const line = (one: ProjectionistError) => atLine(one, lines[one.evidence.index ?? 0] ?? 0);
    return withProblems(line(error), error, line);
  }
  if (isSingle) {
    const { index: _, ...evidence } = error.evidence;
    return restated(error, { evidence });
  }
  return withProblems(numbered(error), error, numbered);
}

function numbered(error: ProjectionistError): ProjectionistError {
  return restated(error, { message: `Event ${error.evidence.index}: ${error.message}` });
}

/** Carries the other bad events over, each said of its place too. */
function withProblems(
  error: ProjectionistError,
  { cause }: ProjectionistError,
  say: (one: ProjectionistError) => ProjectionistError,
): ProjectionistError {
  if (!(cause instanceof AggregateError)) return error;
  const problems = (cause.errors as ProjectionistError[]).map((one) => say(one));
  return restated(error, { cause: new AggregateError(problems) });
}
