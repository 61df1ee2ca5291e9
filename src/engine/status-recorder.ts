import type { ProjectionStatus } from './status.ts';
import type { SeenStatus, StatusTable } from './status-table.ts';

/** Milliseconds after which what only moved is written again: that it moves is seen from its file. */
const MOVEMENT_INTERVAL = 5000;

interface Written {
  /** All but the times at which it moves. */
  readonly essence: string;
  readonly whole: string;
  readonly at: number;
}

/** Writes what is seen of the projections into the catalogue, for processes that look at the files; little, and only changes. */
export class StatusRecorder {
  readonly #table: StatusTable;
  readonly #now: () => Date;
  readonly #written = new Map<string, Written>();

  constructor(table: StatusTable, now: () => Date) {
    this.#table = table;
    this.#now = now;
  }

  record(statuses: readonly ProjectionStatus[]): void {
    const now = this.#now();
    const changed = new Map<string, SeenStatus>();
    for (const status of statuses) {
      const seen = seenOf(status, now);
      if (!this.#isNew(status.name, seen, now.getTime())) continue;
      changed.set(status.name, seen);
    }
    if (changed.size === 0) return;
    this.#table.write(changed, now);
    for (const [name, seen] of changed) this.#written.set(name, writtenOf(seen, now.getTime()));
  }

  #isNew(name: string, seen: SeenStatus, now: number): boolean {
    const last = this.#written.get(name);
    if (last === undefined) return true;
    const { essence, whole } = writtenOf(seen, now);
    return essence !== last.essence || (whole !== last.whole && now - last.at >= MOVEMENT_INTERVAL);
  }
}

function writtenOf(seen: SeenStatus, at: number): Written {
  // A live projection is behind for a moment with every event: that is movement, not news.
  const state = seen.state === 'catching-up' ? 'live' : seen.state;
  const essence = JSON.stringify({ ...seen, state, movedAt: null, behindSince: null });
  return { essence, whole: JSON.stringify(seen), at };
}

function seenOf(status: ProjectionStatus, now: Date): SeenStatus {
  const { state, views, parked, movedAt, retry, error, lastError, lag, lagSeconds } = status;
  const behindSince = lag === 0 ? null : new Date(now.getTime() - lagSeconds * 1000).toISOString();
  return { state, views, parked, movedAt, retry, error, lastError, behindSince };
}
