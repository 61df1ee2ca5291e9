import { signal } from '@preact/signals';
import { askJson, Refusal } from './api.ts';
import { pause } from './pause.ts';
import { refreshViews, views } from './session.ts';

export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Where it is, such as at which position. */
  readonly evidence?: { readonly position?: number };
}

export interface BuildStatus {
  readonly generation: number;
  readonly position: number;
  readonly rate: number;
  readonly secondsLeft: number | null;
  readonly error: ErrorReport | null;
}

/** As `GET /projections` answers; what newer servers add may be missing. */
export interface Status {
  readonly name: string;
  readonly state: string;
  readonly views: readonly string[];
  readonly generation: number | null;
  readonly programHash: string | null;
  readonly position: number;
  readonly head: number;
  readonly lag: number;
  readonly lagSeconds?: number;
  readonly movedAt: string | null;
  readonly error: ErrorReport | null;
  readonly build: BuildStatus | null;
  readonly isRolledBack: boolean;
  readonly parked?: number;
  readonly paused?: {
    readonly since: string;
    readonly by: string | null;
    readonly reason: string | null;
  } | null;
  readonly retry?: { readonly attempt: number; readonly nextAt: string; readonly error: ErrorReport } | null;
}

export interface Sample {
  /** Milliseconds since the page was opened. */
  readonly at: number;
  readonly head: number;
  readonly positions: Readonly<Record<string, number>>;
}

const EVERY = 1000;
const KEPT = 90;

export const statuses = signal<readonly Status[] | undefined>(undefined);
export const problem = signal<Refusal | undefined>(undefined);
/** The last minute and a half, a sample a second. */
export const samples = signal<readonly Sample[]>([]);

/** How far the log reaches, as last heard. */
export function headNow(): number {
  return statuses.value?.[0]?.head ?? 0;
}

/** Asks at once. */
export async function look(): Promise<void> {
  try {
    const list = await askJson<Status[]>('/projections');
    const positions = Object.fromEntries(
      list.map(({ name, position, build }) => [name, build?.position ?? position]),
    );
    samples.value = [...samples.value, { at: performance.now(), head: list[0]?.head ?? 0, positions }].slice(
      -KEPT,
    );
    statuses.value = list;
    problem.value = undefined;
    const known = new Set(views.value?.map(({ name }) => name));
    const isNew = list.some(
      (status) => status.generation !== null && status.views.some((view) => !known.has(view)),
    );
    if (isNew && views.value !== undefined) await refreshViews();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    problem.value = error;
  }
}

/** Asks every second, as long as somebody can see it. */
export async function watch(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (document.visibilityState === 'visible') await look();
    await pause(EVERY, signal);
  }
}

/** Events a second between each two samples. */
export function rates(of: (sample: Sample) => number): number[] {
  const list = samples.value;
  return list.slice(1).map((sample, index) => {
    const before = list[index] as Sample;
    const seconds = (sample.at - before.at) / 1000;
    return Math.max(0, (of(sample) - of(before)) / Math.max(0.001, seconds));
  });
}
