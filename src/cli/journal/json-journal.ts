import { pino } from 'pino';
import { type ErrorReport, ProjectionistError, reportOf } from '../../errors.ts';
import { describeNotice } from '../notices.ts';
import type { TextOutput } from '../io.ts';
import { describeIncident, incidentLevel, type Journal, levelOf } from './journal.ts';

/** A journal for programs to read: a JSON object a line. */
export function jsonJournal(out: TextOutput, level: string): Journal {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (text) => out.write(text) },
  );
  return {
    write: (at, event, text, fields = {}) => logger[at]({ event, ...fields }, text.trim()),
    notice: (notice) => {
      const { kind, ...fields } = notice;
      const error = 'error' in notice ? { error: errorFields(notice.error) } : {};
      const [text] = describeNotice(notice).split('\n');
      logger[levelOf(notice)]({ event: `projection.${kind}`, ...fields, ...error }, text);
    },
    incident: (incident) => {
      const { kind, ...fields } = incident;
      const event = kind === 'slow-query' ? 'query.slow' : 'request.failed';
      logger[incidentLevel(incident)]({ event, ...fields }, describeIncident(incident));
    },
    fault: (error) => logger.error({ event: 'fault', error: faultFields(error) }, reportOf(error).message),
    ends: (error) => {
      logger.fatal({ event: 'server.failed', error: faultFields(error) }, reportOf(error).message);
      return true;
    },
  };
}

/** Where it happened, and no row. */
function errorFields({ code, message, hint, evidence }: ErrorReport): object {
  return { code, message, hint, ...evidence, row: undefined };
}

/** What nobody foresaw comes with its stack, which a report of it needs. */
function faultFields(error: unknown): object {
  const stack = error instanceof Error && !(error instanceof ProjectionistError) ? error.stack : undefined;
  return { ...errorFields(reportOf(error)), stack };
}
