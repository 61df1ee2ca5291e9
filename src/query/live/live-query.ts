import { differenceMessage } from './difference.ts';
import { History } from './history.ts';
import type { LiveResult, LiveSource } from './live-source.ts';
import { type LiveMessage, snapshotMessage, type SnapshotReason } from './message.ts';

/** Where a reader stands: the last step that it has, or nothing at all and why. */
export type Standing = { readonly step: number } | { readonly reason: SnapshotReason };

/** One query that is kept up to date, however many read it: it is evaluated once for each commit. */
export class LiveQuery {
  readonly source: LiveSource;
  readonly #history: History;
  #result: LiveResult;
  #snapshots = new Map<SnapshotReason, LiveMessage>();

  /**
   * @param result the first one
   * @param firstPosition before it, other rows may have been answered
   */
  constructor(source: LiveSource, result: LiveResult, firstPosition: number) {
    this.source = source;
    this.#result = result;
    const { position } = result;
    // Without keys a replay cannot be compared with what was told, as a named query may have been another one then.
    this.#history = new History(this.isKeyed ? Math.max(position, firstPosition) : position + 1);
  }

  /** Whether changes can be told row by row. */
  get isKeyed(): boolean {
    return this.#result.keyed !== undefined;
  }

  get position(): number {
    return this.#result.position;
  }

  /** Roughly what is kept of it, in characters: its rows, the same as one message, and the latest changes. */
  get characters(): number {
    const snapshots = [...this.#snapshots.values()].reduce((sum, { data }) => sum + data.length, 0);
    return this.#result.characters + snapshots + this.#history.characters;
  }

  /** Takes a newer result of the query. True when its rows have changed. */
  refresh(after: LiveResult): boolean {
    const before = this.#result;
    // Answers never go back; a generation that is behind is on its way.
    if (after.position < before.position) return false;
    this.#result = after;
    this.#snapshots.clear();
    const message = differenceMessage(before, after);
    if (message === undefined) return false;
    this.#history.add(before.position, message);
    return true;
  }

  /** The next message for a reader, and where it stands then; undefined where it has them all. */
  next(standing: Standing): { readonly message: LiveMessage; readonly step: number } | undefined {
    const { last } = this.#history;
    if ('reason' in standing) return { message: this.#snapshot(standing.reason), step: last };
    if (standing.step === last) return undefined;
    const message = this.#history.after(standing.step);
    return message === undefined
      ? { message: this.#snapshot('behind'), step: last }
      : { message, step: standing.step + 1 };
  }

  /** Where a reader stands whose last message was of `position`; undefined where that is not known any more. */
  standingAt(position: number): Standing | undefined {
    if (position > this.#result.position) return undefined;
    const step = this.#history.stepAt(position);
    return step === undefined ? undefined : { step };
  }

  /** What a reader has missed who had this earlier result, and where it stands then. */
  since(earlier: LiveResult): { readonly message: LiveMessage | undefined; readonly step: number } {
    return { message: differenceMessage(earlier, this.#result), step: this.#history.last };
  }

  #snapshot(reason: SnapshotReason): LiveMessage {
    const known = this.#snapshots.get(reason);
    if (known !== undefined) return known;
    const message = snapshotMessage(this.#result.position, this.#result.text(), reason);
    this.#snapshots.set(reason, message);
    return message;
  }
}
