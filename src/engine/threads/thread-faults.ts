import { type ErrorReport, ProjectionistError, reportOf } from '../../errors.ts';
import type { PulseReading } from './pulse.ts';
import { CALL_LIMIT } from './vigil.ts';

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

/** Nobody is there to decide about dead letters. */
export function hasStopped(projection: string): ProjectionistError {
  return new ProjectionistError('PROJECTION_STOPPED', `${projection} has stopped`, {
    hint: `GET /projections/${projection} says why.`,
    evidence: { projection },
  });
}

const TO_DO =
  'Look at the functions and upcasters that handle this event; a changed definition is built anew. ' +
  'A retry tries it again, and a discard leaves it out.';

const UNTOUCHABLE =
  'Look at the upcasters and functions that tell its partition (partitionBy); a changed definition is built anew.';

/** What is told of an event at which so many threads have ended in turn: that is no accident. */
export function fatalFault({ code, message }: ErrorReport, threads: number): ErrorReport {
  if (code !== 'PROJECTOR_HANGS')
    return {
      code: 'EVENT_ENDS_THREAD',
      message: `it has ended ${threads} threads in turn: ${message}`,
      hint: TO_DO,
    };
  const waited = `${threads} threads in turn were waited for, ${CALL_LIMIT / 1000} s each`;
  return { code: 'EVENT_HANGS', message: `a function or upcaster does not return (${waited})`, hint: TO_DO };
}

/** What is told of an event at which so many processes have ended in turn. */
export function endsProcess(processes: number): ErrorReport {
  return {
    code: 'EVENT_ENDS_PROCESS',
    message: `${processes} processes in turn have ended at it, the last inside a function or an upcaster`,
    hint: TO_DO,
  };
}

/** What is told of a dead letter at which the process has ended that was asked to try it again. */
export function retryEndsProcess(): ErrorReport {
  return {
    code: 'EVENT_ENDS_PROCESS',
    message: 'the process ended while a retry had it inside a function or an upcaster; nothing was applied',
    hint: TO_DO,
  };
}

/** A process has ended at an event though it knew that the event ends processes: only to touch it is too much. */
export function untouchableInProcess(projection: string, position: number): ErrorReport {
  return reportOf(
    new ProjectionistError(
      'EVENT_ENDS_PROCESS',
      `The event at position ${position} ends every process, also where it is to be left out`,
      { hint: UNTOUCHABLE, evidence: { projection, position } },
    ),
  );
}

/** A thread has ended at an event though it knew that the event does not come back: only to touch it is too much. */
export function untouchableEvent(
  projection: string,
  position: number,
  { code, message }: ErrorReport,
): ErrorReport {
  return reportOf(
    new ProjectionistError(
      code === 'PROJECTOR_HANGS' ? 'EVENT_HANGS' : 'EVENT_ENDS_THREAD',
      `The event at position ${position} ends every thread, also where it is to be left out: ${message}`,
      {
        hint: UNTOUCHABLE,
        evidence: { projection, position },
      },
    ),
  );
}
