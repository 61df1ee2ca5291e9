import { count, counted } from '../format.ts';
import type { Status } from '../status.ts';

/** Something about a projection that somebody should see to, or know. */
export interface Concern {
  readonly projection: string;
  /** bad: rows are missing or will be; note: it was asked for, or does no harm yet. */
  readonly kind: 'bad' | 'note';
  /** What is wrong. */
  readonly title: string;
  /** What that means for whoever asks its views. */
  readonly effect: string;
  /** The operation that may end it. */
  readonly remedy?: 'resume';
  /** Where more is said, and what can be done there. */
  readonly page: { readonly path: string; readonly label: string };
}

/** What is wrong with a projection, the worst first. */
export function concernsOf(status: Status): readonly Concern[] {
  return [standstill, refusedGeneration, failedBuild, leftOut, paused].flatMap((find) => {
    const found = find(status);
    return found === undefined ? [] : [{ projection: status.name, ...found }];
  });
}

type Found = Omit<Concern, 'projection'> | undefined;

/** What its views answer while it does not get on. */
export function standing({ generation, position, lag }: Status): string {
  if (generation === null) return 'Nothing answers its queries yet.';
  if (lag === 0) return 'Its views answer with all that the log holds.';
  return `Its views answer as of ${count(position)}, ${counted(lag, 'event')} behind.`;
}

function standstill(status: Status): Found {
  const { name, state, error, retry } = status;
  const at = error?.evidence?.position;
  const page = { path: `/projections/${encodeURIComponent(name)}`, label: 'Why' };
  if (state === 'stopped')
    return {
      kind: 'bad',
      title: `${name} has stopped${at === undefined ? '' : ` at event ${count(at)}`}`,
      effect: standing(status),
      remedy: 'resume',
      page,
    };
  if (state !== 'failed' && !retry) return undefined;
  return {
    kind: 'bad',
    title: `${name} does not get on`,
    effect: `${standing(status)} It tries again by itself.`,
    page,
  };
}

function refusedGeneration({ name, error, generation }: Status): Found {
  if (error?.code !== 'VERIFICATION_FAILED') return undefined;
  return {
    kind: 'bad',
    title: `A rebuild of ${name} did not pass its verification`,
    effect: goesOn(generation),
    page: { path: `/projections/${encodeURIComponent(name)}`, label: 'What differs' },
  };
}

function failedBuild({ name, build, generation }: Status): Found {
  if (build === null || build.error === null) return undefined;
  return {
    kind: 'bad',
    title: `Generation ${build.generation} of ${name} is not built`,
    effect: goesOn(generation),
    page: { path: `/projections/${encodeURIComponent(name)}`, label: 'Why' },
  };
}

export function goesOn(generation: number | null): string {
  return generation === null
    ? 'Nothing answers its queries yet.'
    : `Generation ${generation} goes on answering.`;
}

function leftOut({ name, parked }: Status): Found {
  if (parked === 0) return undefined;
  return {
    kind: 'bad',
    title: `${name} leaves out ${counted(parked, 'stream')}`,
    effect: `An event of ${parked === 1 ? 'it' : 'each'} could not be applied. All other streams go on.`,
    page: { path: '/dead-letters', label: 'Retry or discard' },
  };
}

function paused(status: Status): Found {
  if (!status.paused) return undefined;
  const { by, reason } = status.paused;
  return {
    kind: 'note',
    title: `${status.name} is paused${by ? ` by ${by}` : ''}${reason ? `: ${reason}` : ''}`,
    effect: standing(status),
    remedy: 'resume',
    page: { path: `/projections/${encodeURIComponent(status.name)}`, label: 'Since when' },
  };
}
