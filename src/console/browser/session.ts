import { batch, computed, signal } from '@preact/signals';
import { askJson, Refusal } from './api.ts';

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly kind: string;
  readonly nullable: boolean;
  readonly values?: readonly string[];
}

export interface View {
  readonly name: string;
  readonly projection: string;
  readonly primaryKey: readonly string[];
  readonly columns: readonly Column[];
}

interface Caller {
  readonly name: string;
  readonly scopes: readonly string[];
}

export const caller = signal<Caller | undefined>(undefined);
export const views = signal<readonly View[] | undefined>(undefined);
/** The paths of the API, from its own description: what a server has not, the page does not show. */
const paths = signal<ReadonlySet<string>>(new Set());
/** Why the page cannot begin. */
export const startProblem = signal<Refusal | undefined>(undefined);

export const mayOperate = computed(() => caller.value?.scopes.includes('operate') ?? false);

export function has(path: string): boolean {
  return paths.value.has(path);
}

/** Whether what belongs to each view, such as `trace`, is there. */
export function hasForViews(member: string): boolean {
  return [...paths.value].some((path) => path.startsWith('/views/') && path.endsWith(`/${member}`));
}

/** Asks who this is, what there is, and what the server can do. */
export async function begin(): Promise<void> {
  try {
    caller.value = await askJson<Caller>('/whoami');
    await refreshViews();
    startProblem.value = undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    startProblem.value = error;
  }
}

/** Views come and go with definitions. */
export async function refreshViews(): Promise<void> {
  const [document, list] = await Promise.all([
    askJson<{ paths: Record<string, unknown> }>('/openapi.json'),
    askJson<View[]>('/views'),
  ]);
  batch(() => {
    paths.value = new Set(Object.keys(document.paths));
    views.value = list;
  });
}
