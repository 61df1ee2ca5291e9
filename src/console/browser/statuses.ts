import { signal } from '@preact/signals';
import { askJson, Refusal } from './api.ts';
import { pause } from './pause.ts';
import { refreshViews, views } from './session.ts';
import type { Status } from './status.ts';

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
