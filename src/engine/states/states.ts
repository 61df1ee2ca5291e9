import { ProjectionistError } from '../../errors.ts';

/** What a projection is doing, and what it means: the sentences are the documentation's. */
export const STATES = {
  building: 'no generation can answer yet; the first one is being built',
  'catching-up': 'answers, and the log reaches further than it does',
  live: 'answers, and has applied all that the log holds',
  paused: 'stands still because somebody asked for it, also after a restart; what it has still answers',
  parked: 'as live, except that some streams are left out: an event of theirs could not be applied',
  stopped: 'gave up: an event could not be applied, or its files or its log are not what they should be',
  failed: 'its thread ended or hangs; another one is started after a pause that grows',
  unknown: 'nothing has been seen of it: it is not started, or its thread has not opened its files yet',
} as const;

export type ProjectionState = keyof typeof STATES;

/** What can be seen of a projection at any moment: exactly one of these, from its thread's reports and from the log. */
export const SIGHTINGS = {
  nothing: 'no report yet',
  'no generation': 'a build is under way, and nothing to answer with',
  behind: 'it is open, and its position is below the head of the log',
  level: 'its position is the head of the log',
  'level, streams parked': 'the same, with streams left out',
  'gave up': 'its runner has told of an error that no other try can pass',
  'thread lost': 'its thread ended or hangs, and no other one has made a step since',
} as const;

export type Sighting = keyof typeof SIGHTINGS;

/** What can be asked of a projection. */
export const REQUESTS = ['pause', 'resume', 'reset', 'rebuild', 'rollback'] as const;

export type Request = (typeof REQUESTS)[number];

/** Why a request makes no sense in a state, and what to do instead. */
export interface Refusal {
  readonly refused: string;
  readonly instead: string;
}

type Signal = Sighting | Request;

/** What is seen decides: a sighting that is lost or told twice leads to the same state as the last one alone. */
const SEEN: Readonly<Record<Sighting, ProjectionState>> = {
  nothing: 'unknown',
  'no generation': 'building',
  behind: 'catching-up',
  level: 'live',
  'level, streams parked': 'parked',
  'gave up': 'stopped',
  'thread lost': 'failed',
};

/** Only being paused outlives what is seen: it is a wish, kept in the catalogue. */
const STAYS_PAUSED: Readonly<Record<Sighting, ProjectionState>> = {
  nothing: 'paused',
  'no generation': 'paused',
  behind: 'paused',
  level: 'paused',
  'level, streams parked': 'paused',
  'gave up': 'paused',
  'thread lost': 'paused',
};

const NOT_PAUSED: Refusal = {
  refused: 'it is not paused, and has not stopped',
  instead: 'There is nothing to resume.',
};
const NOTHING_BEFORE: Refusal = {
  refused: 'no generation of it has been live yet',
  instead: 'Wait until it is built.',
};
const RESUME_FIRST: Refusal = {
  refused: 'it is paused',
  instead: 'Resume it first.',
};

/** The state after each signal in each state, or why it is refused there. Total: a missing cell does not compile. */
export const TRANSITIONS: Readonly<
  Record<ProjectionState, Readonly<Record<Signal, ProjectionState | Refusal>>>
> = {
  building: {
    ...SEEN,
    pause: 'paused',
    resume: NOT_PAUSED,
    reset: 'building',
    rebuild: 'building',
    rollback: NOTHING_BEFORE,
  },
  'catching-up': {
    ...SEEN,
    pause: 'paused',
    resume: NOT_PAUSED,
    reset: 'catching-up',
    rebuild: 'catching-up',
    rollback: 'catching-up',
  },
  live: {
    ...SEEN,
    pause: 'paused',
    resume: NOT_PAUSED,
    reset: 'live',
    rebuild: 'live',
    rollback: 'live',
  },
  paused: {
    ...STAYS_PAUSED,
    pause: { refused: 'it is paused already', instead: 'Resume it, or leave it as it is.' },
    resume: 'unknown',
    reset: RESUME_FIRST,
    rebuild: RESUME_FIRST,
    rollback: RESUME_FIRST,
  },
  parked: {
    ...SEEN,
    pause: 'paused',
    resume: {
      refused: 'it is not paused: some streams are left out',
      instead: 'Retry or discard their dead letters.',
    },
    reset: 'parked',
    rebuild: 'parked',
    rollback: 'parked',
  },
  stopped: {
    ...SEEN,
    pause: {
      refused: 'it has stopped, and stands still already',
      instead: 'Correct what stopped it, then resume, rebuild or roll back.',
    },
    resume: 'unknown',
    reset: 'stopped',
    rebuild: 'stopped',
    rollback: 'stopped',
  },
  failed: {
    ...SEEN,
    pause: 'paused',
    resume: {
      refused: 'it is not paused: its thread is started again by itself',
      instead: 'Wait for the next try, which its status names.',
    },
    reset: 'failed',
    rebuild: 'failed',
    rollback: 'failed',
  },
  unknown: {
    ...SEEN,
    pause: 'paused',
    resume: NOT_PAUSED,
    reset: 'unknown',
    rebuild: 'unknown',
    rollback: 'unknown',
  },
};

/** The state of a projection of which this is seen. */
export function stateFrom(sighting: Sighting, isPaused: boolean): ProjectionState {
  const next = TRANSITIONS[isPaused ? 'paused' : 'unknown'][sighting];
  // The types of SEEN and STAYS_PAUSED leave no other possibility.
  return next as ProjectionState;
}

/** Throws OPERATION_REFUSED where a request makes no sense in a state. */
export function checkRequest(projection: string, state: ProjectionState, request: Request): void {
  const next = TRANSITIONS[state][request];
  if (typeof next === 'string') return;
  throw new ProjectionistError('OPERATION_REFUSED', `Cannot ${request} ${projection}: ${next.refused}`, {
    hint: next.instead,
    evidence: { projection, actual: state },
  });
}

export function isRequest(operation: string): operation is Request {
  return (REQUESTS as readonly string[]).includes(operation);
}
