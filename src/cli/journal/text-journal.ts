import { ProjectionistError, reportOf } from '../../errors.ts';
import { describeNotice } from '../notices.ts';
import type { Io } from '../io.ts';
import { describeIncident, incidentLevel, type Journal, type Level, LEVELS, levelOf } from './journal.ts';

/** A journal for people to read. `before` is called before each line: it clears a progress bar away. */
export function textJournal(io: Io, level: string, before: () => void): Journal {
  const isShown = (at: Level): boolean =>
    LEVELS.indexOf(at) >= LEVELS.indexOf(level as (typeof LEVELS)[number]);
  const say = (at: Level, text: string): void => {
    if (!isShown(at)) return;
    before();
    io.out.write(`${text}\n`);
  };
  return {
    write: (at, _event, text) => say(at, text),
    notice: (notice) => say(levelOf(notice), describeNotice(notice)),
    incident: (incident) => say(incidentLevel(incident), `Warning: ${describeIncident(incident)}`),
    fault: (error) => {
      if (isShown('error')) io.error.write(describeFault(error));
    },
    ends: () => false,
  };
}

/** What nobody foresaw comes with its stack, which a report of it needs. */
function describeFault(error: unknown): string {
  const { message, hint } = reportOf(error);
  if (error instanceof ProjectionistError)
    return `Error: ${message}\n${hint === undefined ? '' : `Try: ${hint}\n`}`;
  return `Error: ${error instanceof Error ? error.stack : message}\n`;
}
