import type { ProjectionStatus } from './status.ts';
import type { SeenStatus, StatusTable } from './status-table.ts';

/** Milliseconds after which a status is written again though it has not changed: a sign of life. */
const SIGN_OF_LIFE = 10_000;

/** Writes what is seen of the projections into the catalogue, for processes that look at the files alone. */
export class StatusRecorder {
  readonly #table: StatusTable;
  readonly #now: () => Date;
  readonly #written = new Map<string, { readonly essence: string; readonly at: number }>();

  constructor(table: StatusTable, now: () => Date) {
    this.#table = table;
    this.#now = now;
  }

  /**
   * Writes what has changed since the last time: all in one transaction, and mostly nothing.
   * @param orphans the names of those that no definition declares any more
   */
  record(statuses: readonly ProjectionStatus[], orphans: readonly string[] = []): void {
    const now = this.#now();
    const at = now.getTime();
    const seen = new Map(statuses.map((status) => [status.name, seenOf(status, now)]));
    for (const name of orphans) seen.set(name, orphaned(this.#table.find(name)?.seen));
    for (const [name, status] of seen) {
      const last = this.#written.get(name);
      const isNews = last?.essence !== essenceOf(status) || at - last.at >= SIGN_OF_LIFE;
      if (!isNews) seen.delete(name);
    }
    if (seen.size === 0) return;
    this.#table.write(seen, now);
    for (const [name, status] of seen) this.#written.set(name, { essence: essenceOf(status), at });
  }
}

/** All but what changes with every event: that a projection moves is seen from its file. */
function essenceOf(seen: SeenStatus): string {
  const state = seen.state === 'catching-up' ? 'live' : seen.state;
  return JSON.stringify({ ...seen, state, movedAt: null, behindSince: null });
}

/** Nobody works on it, so that nothing is in its way; what it was when it was let go stays. */
function orphaned(last: SeenStatus | undefined): SeenStatus {
  const { views = [], parked = 0, movedAt = null, lastError = null } = last ?? {};
  return {
    state: 'orphaned',
    views,
    parked,
    movedAt,
    retry: null,
    error: null,
    lastError,
    behindSince: null,
  };
}

function seenOf(status: ProjectionStatus, now: Date): SeenStatus {
  const { state, views, parked, movedAt, retry, error, lastError, lag, lagSeconds } = status;
  const behindSince = lag === 0 ? null : new Date(now.getTime() - lagSeconds * 1000).toISOString();
  return { state, views, parked, movedAt, retry, error, lastError, behindSince };
}
