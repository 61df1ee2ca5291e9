import { ProjectionistError, reportOf } from '../../errors.ts';
import type { GenerationReader } from '../view-readers.ts';
import { LiveQuery, type Standing } from './live-query.ts';
import { type LiveEnd, LiveReader } from './live-reader.ts';
import type { LiveResult, LiveSource } from './live-source.ts';

export interface LiveOptions {
  /** The most readers at once. */
  readonly readers: number;
  /** Milliseconds that a query is kept up to date after its last reader has left: readers that reconnect find it. */
  readonly linger: number;
  /** The reader of a projection's live generation. */
  readonly readerOf: (projection: string) => GenerationReader | undefined;
  /** The first position of which the present program's answers are known: before it another program may have answered. */
  readonly firstPosition: (projection: string) => number;
  /** The result as of an earlier position. Rejects where that cannot be had in time. */
  readonly earlier: (source: LiveSource, position: number) => Promise<LiveResult>;
}

/** The most queries that are kept up to date for nobody. */
const MOST_IDLE = 100;
/** Milliseconds of one slice of evaluations: between two of them requests are answered. */
const SLICE = 5;

/** What a reader that comes back says of the last message that it has. */
export interface LastEvent {
  readonly position: number;
  readonly mark: string;
}

interface Entry {
  readonly query: LiveQuery;
  readonly readers: Set<LiveReader>;
  /** When the last reader left, on the clock of `performance.now`. */
  idleSince: number;
}

/**
 * All live queries. A commit evaluates those of its projection, each once however many read it. Commits that come while
 * evaluations are under way are taken together by the next round.
 */
export class LiveQueries {
  readonly #options: LiveOptions;
  readonly #entries = new Map<string, Entry>();
  /** Entries by projection that a commit has made out of date, in the order of their turn. */
  readonly #due = new Set<Entry>();
  #round: NodeJS.Immediate | undefined;
  #readers = 0;
  #isClosed = false;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  /**
   * A reader of `source`, new or going on after the position of the last message that it has. Throws TOO_BUSY, CLOSED,
   * PROJECTION_NOT_READY, and what evaluating the query throws.
   */
  open(source: LiveSource, last: LastEvent | undefined): LiveReader {
    this.#requireRoom();
    const entry = this.#entry(source);
    const standing = standingOf(entry.query, last);
    const reader = new LiveReader(entry.query, standing, (closed) => this.#leave(entry, closed));
    entry.readers.add(reader);
    this.#readers += 1;
    if (last !== undefined && standing === undefined) void this.#catchUp(reader, last.position);
    return reader;
  }

  /** Says that every query may have another answer, as definitions have changed. */
  allChanged(): void {
    for (const entry of this.#entries.values()) this.#due.add(entry);
    this.#plan();
  }

  /** Says that a projection has committed, or answers from another generation. */
  changed(projection: string): void {
    for (const entry of this.#entries.values()) {
      if (entry.query.source.projection === projection) this.#due.add(entry);
    }
    this.#plan();
  }

  status(): { readers: number; queries: number } {
    return { readers: this.#readers, queries: this.#entries.size };
  }

  /** Ends every live answer; its readers are told to come again. */
  close(): void {
    this.#isClosed = true;
    clearImmediate(this.#round);
    for (const { readers } of this.#entries.values())
      for (const reader of readers) reader.end({ kind: 'stopping' });
    this.#entries.clear();
    this.#due.clear();
  }

  #requireRoom(): void {
    if (this.#isClosed) throw new ProjectionistError('CLOSED', 'The server is stopping');
    if (this.#readers < this.#options.readers) return;
    throw new ProjectionistError('TOO_BUSY', `${this.#readers} live answers are being read already`, {
      hint: 'Try again later, or raise the limit in the settings.',
    });
  }

  #entry(source: LiveSource): Entry {
    const known = this.#entries.get(source.identity);
    if (known !== undefined) return known;
    const query = new LiveQuery(
      source,
      this.#reader(source.projection),
      this.#options.firstPosition(source.projection),
    );
    const entry = { query, readers: new Set<LiveReader>(), idleSince: performance.now() };
    this.#entries.set(source.identity, entry);
    return entry;
  }

  #leave(entry: Entry, reader: LiveReader): void {
    if (!entry.readers.delete(reader)) return;
    this.#readers -= 1;
    if (entry.readers.size > 0) return;
    entry.idleSince = performance.now();
    const idle = [...this.#entries.values()].filter(({ readers }) => readers.size === 0);
    if (idle.length <= MOST_IDLE) return;
    for (const { query } of idle
      .toSorted((a, b) => a.idleSince - b.idleSince)
      .slice(0, idle.length - MOST_IDLE))
      this.#entries.delete(query.source.identity);
  }

  #plan(): void {
    if (this.#due.size > 0 && !this.#isClosed) this.#round ??= setImmediate(() => this.#evaluateSome());
  }

  #evaluateSome(): void {
    this.#round = undefined;
    const until = performance.now() + SLICE;
    for (const entry of this.#due) {
      this.#due.delete(entry);
      this.#evaluate(entry);
      if (performance.now() > until) break;
    }
    this.#plan();
  }

  #evaluate(entry: Entry): void {
    const { query, readers, idleSince } = entry;
    const { identity, projection } = query.source;
    if (this.#entries.get(identity) !== entry) return;
    if (readers.size === 0 && performance.now() - idleSince > this.#options.linger) {
      this.#entries.delete(identity);
      return;
    }
    try {
      if (query.refresh(this.#reader(projection))) for (const reader of readers) reader.news();
    } catch (error) {
      this.#entries.delete(identity);
      const report = reportOf(error);
      const end: LiveEnd =
        report.code === 'CLOSED' ? { kind: 'stopping' } : { kind: 'failed', error: report };
      for (const reader of readers) reader.end(end);
    }
  }

  async #catchUp(reader: LiveReader, after: number): Promise<void> {
    try {
      if (after < this.#options.firstPosition(reader.query.source.projection)) throw notKnown(after);
      const earlier = await this.#options.earlier(reader.query.source, after);
      // The query may have moved on meanwhile: what is missing is told up to where it stands now.
      if (earlier.position > reader.query.position) throw notKnown(after);
      const { message, step } = reader.query.since(earlier);
      reader.resume({ step }, message);
    } catch {
      reader.resume({ reason: 'gap' });
    }
  }

  #reader(projection: string): GenerationReader {
    const reader = this.#options.readerOf(projection);
    if (reader !== undefined) return reader;
    throw new ProjectionistError('PROJECTION_NOT_READY', `${projection} has no generation that answers`, {
      evidence: { projection },
    });
  }
}

function notKnown(position: number): ProjectionistError {
  return new ProjectionistError(
    'COPY_NOT_READY',
    `What was answered at position ${position} is not known any more`,
  );
}

/** Where a reader stands; undefined where that has to be computed. */
function standingOf(query: LiveQuery, last: LastEvent | undefined): Standing | undefined {
  if (last === undefined) return { reason: 'first' };
  if (last.mark !== query.source.mark) return { reason: 'gap' };
  return query.standingAt(last.position) ?? (query.isKeyed ? undefined : { reason: 'gap' });
}
