import { signal } from '@preact/signals';
import { askJson, Refusal } from '../api.ts';
import type { ErrorReport } from '../status.ts';
import type { Row } from '../views/rows.ts';

export interface Difference {
  readonly view: string;
  readonly key: Row | null;
  readonly kind: 'missing' | 'extra' | 'different';
  readonly columns: readonly {
    readonly column: string;
    readonly live: unknown;
    readonly replayed: unknown;
  }[];
  readonly cause: 'edited' | 'unexplained' | 'behind' | 'nondeterministic';
  readonly event: DifferenceEvent | null;
  readonly parting: DifferenceEvent | null;
}

export interface DifferenceEvent {
  readonly position: number;
  readonly type: string;
}

export interface Outcome {
  readonly generation: number;
  readonly position: number;
  readonly isSame: boolean;
  readonly views: readonly { readonly view: string; readonly rows: number; readonly differing: number }[];
  readonly difference: Difference | null;
}

export interface Verification {
  readonly state: 'never' | 'running' | 'done' | 'failed';
  readonly progress: { readonly phase: string; readonly done: number; readonly total: number } | null;
  readonly outcome: Outcome | null;
  readonly error: ErrorReport | null;
}

/** By projection. */
export const verifications = signal<Readonly<Record<string, Verification | Refusal>>>({});

/** Asks how far the verification of a projection is, or what it found. */
export async function lookAtVerification(name: string): Promise<void> {
  const path = `/projections/${encodeURIComponent(name)}/verification`;
  const found = await askJson<Verification>(path).catch((error: unknown) => {
    if (error instanceof Refusal) return error;
    throw error;
  });
  verifications.value = { ...verifications.value, [name]: found };
}
