import { getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { columnOf } from './describe-view.ts';
import type { LineageEntry, LineageSource } from './program.ts';
import { describeReference } from './reference.ts';
import { mentionsIn } from './sql-tree.ts';
import type { Step } from './trace.ts';

/** Which event fields feed which columns, over all handlers. */
export function lineageOf(
  handlers: readonly { readonly type: string; readonly steps: readonly Step[] }[],
): LineageEntry[] {
  const entries = new Map<
    string,
    {
      view: string;
      column: string;
      eventTypes: Set<string>;
      from: Set<string>;
      sources: Map<string, LineageSource>;
    }
  >();
  for (const { type, steps } of handlers) {
    for (const { view, column, from } of steps.flatMap(assignments)) {
      const key = JSON.stringify([view, column]);
      const entry = entries.get(key) ?? {
        view,
        column,
        eventTypes: new Set(),
        from: new Set(),
        sources: new Map(),
      };
      entries.set(key, entry);
      entry.eventTypes.add(type);
      for (const path of from) entry.from.add(path);
      for (const path of from.length === 0 ? [undefined] : from)
        entry.sources.set(`${type} ${path ?? ''}`, { eventType: type, path });
    }
  }
  return [...entries.values()].map(({ view, column, eventTypes, from, sources }) => ({
    view,
    column,
    eventTypes: [...eventTypes],
    from: [...from],
    sources: [...sources.values()],
  }));
}

interface Assignment {
  readonly view: string;
  readonly column: string;
  readonly from: readonly string[];
}

function assignments(step: Step): Assignment[] {
  if (step.kind !== 'statement') return step.steps.flatMap(assignments);
  const { table } = step.config;
  return step.writes.flatMap(({ row }) =>
    Object.entries(row).map(([key, value]) => ({
      view: getTableName(table),
      column: columnOf(table as SQLiteTable, key)?.name ?? key,
      from: mentionsIn(value).references.map(describeReference),
    })),
  );
}
