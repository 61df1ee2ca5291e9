import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tryLock } from '../database/lock.ts';
import { openDatabase } from '../database/open.ts';
import type { ErrorReport } from '../errors.ts';
import { LogReader } from '../event-log/reader.ts';
import { Catalog, type Generation } from './catalog.ts';
import type { Decision } from './dead-letters/decision.ts';
import { peekCheckpoint } from './generation-file.ts';

/** What the files of a data folder say of a projection, whoever runs it. */
export interface InspectedProjection {
  readonly name: string;
  readonly views: readonly string[];
  readonly generation: number | null;
  readonly position: number;
  readonly lag: number;
  readonly build: { readonly generation: number; readonly position: number } | null;
  readonly error: ErrorReport | null;
}

export interface Inspection {
  /** True while a process holds the folder's engine lock. */
  readonly isRunning: boolean;
  readonly head: number;
  readonly events: readonly { readonly type: string; readonly events: number }[];
  readonly projections: readonly InspectedProjection[];
}

/** Looks at a data folder without disturbing the process that works on it. */
export function inspect(data: string): Inspection {
  const { head, events } = inspectLog(join(data, 'log.db'));
  const isRunning = isEngineRunning(data);
  if (!existsSync(join(data, 'catalog.db'))) return { isRunning, head, events, projections: [] };
  const catalog = new Catalog(join(data, 'catalog.db'));
  try {
    const projections = catalog
      .projections()
      .map((name) => inspectProjection(data, name, catalog.generations(name), head));
    return { isRunning, head, events, projections };
  } finally {
    catalog.close();
  }
}

/** True while some process runs the projections of a data folder. */
export function isEngineRunning(data: string): boolean {
  if (!existsSync(join(data, 'engine.lock'))) return false;
  const lock = tryLock(join(data, 'engine.lock'));
  lock?.release();
  return lock === undefined;
}

/** What was decided about a projection's dead letters, whoever runs it. */
export function recordedDecisions(data: string, projection: string): Decision[] {
  if (!existsSync(join(data, 'catalog.db'))) return [];
  const catalog = new Catalog(join(data, 'catalog.db'));
  try {
    return catalog.decisions.of(projection);
  } finally {
    catalog.close();
  }
}

function inspectLog(path: string): Pick<Inspection, 'head' | 'events'> {
  const db = openDatabase(path, { purpose: 'read' });
  try {
    const reader = new LogReader(db);
    return { head: reader.head(), events: reader.types() };
  } finally {
    db.close();
  }
}

function inspectProjection(
  data: string,
  name: string,
  generations: readonly Generation[],
  head: number,
): InspectedProjection {
  const positionOf = (generation: Generation) => peekCheckpoint(join(data, generation.file))?.position ?? 0;
  const live = generations.find(({ state }) => state === 'live');
  const building = generations.find(({ state }) => state === 'building');
  const position = live === undefined ? 0 : positionOf(live);
  return {
    name,
    views: (live ?? building)?.program.views.map((view) => view.name) ?? [],
    generation: live?.number ?? null,
    position,
    lag: Math.max(0, head - position),
    build: building === undefined ? null : { generation: building.number, position: positionOf(building) },
    error: live?.error ?? generations.findLast(({ state }) => state === 'failed')?.error ?? null,
  };
}
