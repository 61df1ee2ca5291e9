import { getTableName } from 'drizzle-orm';
import type { Projection } from './define.ts';

/** A view without a policy, and those of its projection that have one. */
export interface UnguardedView {
  readonly projection: string;
  readonly view: string;
  readonly guarded: readonly string[];
}

/**
 * The views that everybody sees whole while a policy guards others of the same projection: rows of the one often repeat
 * what those of the other hide. A policy that answers `undefined` says that it is meant.
 */
export function unguardedViews(definitions: readonly Projection[]): UnguardedView[] {
  return definitions.flatMap(({ name, views, policy }) => {
    const entries = Object.entries(views).map(([key, table]) => ({
      view: getTableName(table),
      isGuarded: policy[key] !== undefined,
    }));
    const guarded = entries.filter(({ isGuarded }) => isGuarded).map(({ view }) => view);
    if (guarded.length === 0) return [];
    return entries
      .filter(({ isGuarded }) => !isGuarded)
      .map(({ view }) => ({ projection: name, view, guarded }));
  });
}
