import { type ErrorReport, ProjectionistError, reportOf } from '../../errors.ts';
import type { PulseReading } from './pulse.ts';

export function ended(projection: string, code: number): ProjectionistError {
  return new ProjectionistError('PROJECTOR_ENDED', `The thread of ${projection} ended with code ${code}`, {
    hint: 'Another one is started. Look for what ends a process in the functions of the definition, and at the memory that they take.',
    evidence: { projection },
  });
}

export function hangs(projection: string, { phase, from, to }: PulseReading): ProjectionistError {
  const where = from + 1 === to ? `position ${to}` : `positions ${from + 1} to ${to}`;
  const what = {
    loading: 'has not finished loading its definition',
    idle: 'does not take up new events',
    calling: `hangs in a function or upcaster, at ${where}`,
    applying: `has been applying ${where} for long`,
    resting: 'rests',
    settling: 'opens or seals its file',
  }[phase];
  return new ProjectionistError('PROJECTOR_HANGS', `The thread of ${projection} ${what}`, {
    hint: 'A function must end soon, whatever it is given. A statement that scans a large table may need an index.',
    evidence: { projection, ...(to > from && { position: from + 1 }) },
  });
}

/** Thread after thread has ended at one event: that is no accident. */
export function deadlyEvent(projection: string, position: number, { message }: ErrorReport): ErrorReport {
  return reportOf(
    new ProjectionistError(
      'APPLY_FAILED',
      `The event at position ${position} ends every thread that applies it: ${message}`,
      {
        hint: 'Look at the functions and upcasters that handle this event; a changed definition is built anew.',
        evidence: { projection, position },
      },
    ),
  );
}
