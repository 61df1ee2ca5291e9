import type { Program, ViewDescription } from './program.ts';

/**
 * The column of a view that holds the event's stream, where the view's rows are keyed by it alone and events are parked
 * by stream: a row's key then says which stream's events it is made of. Undefined where that cannot be told.
 */
export function streamKey(program: Program, view: ViewDescription): string | undefined {
  const [key, ...others] = view.primaryKey;
  if (key === undefined || others.length > 0 || (program.partition ?? null) !== null) return undefined;
  const lineage = program.lineage.find((entry) => entry.view === view.name && entry.column === key);
  return lineage?.from.length === 1 && lineage.from[0] === 'e.stream' ? key : undefined;
}
