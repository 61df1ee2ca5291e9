import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tryLock } from '../database/lock.ts';
import { openDatabase } from '../database/open.ts';
import type { ErrorReport } from '../errors.ts';
import { LogReader } from '../event-log/reader.ts';
import { Catalog, type Generation } from './catalog.ts';
import type { Decision } from './dead-letters/decision.ts';
import { peekCheckpoint } from './generations/generation-file.ts';
import type { ProjectionStatus } from './states/status.ts';
import type { SeenState, SeenStatus } from './states/status-table.ts';

/** What the files of a data folder say of a projection, whoever runs it. */
export interface InspectedProjection extends Pick<
  ProjectionStatus,
  | 'name'
  | 'views'
  | 'generation'
  | 'position'
  | 'lag'
  | 'parked'
  | 'movedAt'
  | 'paused'
  | 'retry'
  | 'error'
  | 'lastError'
> {
  readonly state: SeenState;
  /** As of when the process that runs it said so, ISO 8601; null where none has. Positions are of now. */
  readonly asOf: string | null;
  /** Null where no process says how long the events have been waiting. */
  readonly lagSeconds: number | null;
  readonly build: { readonly generation: number; readonly position: number } | null;
}

export interface Inspection {
  /** True while a process holds the folder's engine lock. */
  readonly isRunning: boolean;
  readonly head: number;
  readonly events: readonly { readonly type: string; readonly events: number }[];
  readonly projections: readonly InspectedProjection[];
}

/** Looks at a data folder without disturbing the process that works on it. */
export function inspect(data: string, now: () => Date = () => new Date()): Inspection {
  const { head, events } = inspectLog(join(data, 'log.db'));
  const isRunning = isEngineRunning(data);
  if (!existsSync(join(data, 'catalog.db'))) return { isRunning, head, events, projections: [] };
  const catalog = new Catalog(join(data, 'catalog.db'));
  const files = { data, catalog, head, isRunning, now: now() };
  try {
    const projections = catalog.names().map((name) => inspectProjection(files, name));
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

interface Files {
  readonly data: string;
  readonly catalog: Catalog;
  readonly head: number;
  readonly isRunning: boolean;
  readonly now: Date;
}

function inspectProjection(files: Files, name: string): InspectedProjection {
  const { data, catalog, head, now } = files;
  const generations = catalog.generations(name);
  const positionOf = (generation: Generation) => peekCheckpoint(join(data, generation.file))?.position ?? 0;
  const live = generations.find(({ state }) => state === 'live');
  const building = generations.find(({ state }) => state === 'building');
  const position = live === undefined ? 0 : positionOf(live);
  const lag = Math.max(0, head - position);
  const told = catalog.statuses.find(name);
  const seen = told !== undefined && isCurrent(files, told.at) ? told.seen : undefined;
  const paused = catalog.pauses.find(name);
  return {
    name,
    state: paused === null || seen?.state === 'orphaned' ? stateNow(seen, lag) : 'paused',
    asOf: told?.at ?? null,
    views: (live ?? building)?.program.views.map((view) => view.name) ?? told?.seen.views ?? [],
    generation: live?.number ?? null,
    position,
    lag,
    lagSeconds: lag === 0 ? 0 : secondsSince(seen?.behindSince ?? null, now),
    parked: told?.seen.parked ?? 0,
    movedAt: told?.seen.movedAt ?? null,
    paused,
    retry: seen?.retry ?? null,
    build: building === undefined ? null : { generation: building.number, position: positionOf(building) },
    error: (seen === undefined ? told?.seen.error : seen.error) ?? failureOf(generations),
    lastError: told?.seen.lastError ?? null,
  };
}

/** Three signs of life may be missed. */
const STALE = 30_000;

function isCurrent({ isRunning, now }: Files, at: string): boolean {
  return isRunning && now.getTime() - Date.parse(at) < STALE;
}

/** What the process that runs it has seen; how far it is can be seen from here, and is newer. */
function stateNow(seen: SeenStatus | undefined, lag: number): SeenState {
  if (seen === undefined) return 'unknown';
  if (!MOVING.has(seen.state)) return seen.state;
  if (lag > 0) return 'catching-up';
  return seen.parked > 0 ? 'parked' : 'live';
}

const MOVING: ReadonlySet<SeenState> = new Set(['live', 'catching-up', 'parked']);

function secondsSince(time: string | null, now: Date): number | null {
  return time === null ? null : Math.max(0, now.getTime() - Date.parse(time)) / 1000;
}

/** Why the last build failed, as the catalogue keeps it. */
function failureOf(generations: readonly Generation[]): ErrorReport | null {
  return generations.findLast(({ state }) => state === 'failed')?.error ?? null;
}
