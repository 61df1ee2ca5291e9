import { setTimeout as delay } from 'node:timers/promises';
import { ProjectionistError, reportOf } from '../../errors.ts';
import type { GenerationReader } from '../generation-reader.ts';
import { type Entry, LiveEntries } from './live-entries.ts';
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
  /** The most characters that all queries may keep together, in rows and changes. */
  readonly characters: number;
}

/** Milliseconds of one slice of evaluations: between two of them requests are answered. */
const SLICE = 5;
/** Milliseconds after which a query is evaluated again where too much else was being read. */
const TOO_BUSY_PAUSE = 1000;

/** What a reader that comes back says of the last message that it has. */
export interface LastEvent {
  readonly position: number;
  readonly mark: string;
}

/**
 * All live queries. A commit evaluates those of its projection, each once however many read it. Commits that come while
 * evaluations are under way are taken together by the next round.
 */
export class LiveQueries {
  readonly #options: LiveOptions;
  readonly #entries: LiveEntries;
  /** Entries by projection that a commit has made out of date, in the order of their turn. */
  readonly #due = new Set<Entry>();
  /** First results that are being looked for beside this thread, by the identity of their source. */
  readonly #opening = new Map<string, Promise<Entry>>();
  #round: NodeJS.Immediate | undefined;
  #readers = 0;
  #isClosed = false;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#entries = new LiveEntries(options.characters);
  }

  /**
   * A reader of `source`, new or going on after the position of the last message that it has; the promise of one where the
   * first result is looked for beside this thread. Throws, or rejects with, TOO_BUSY, CLOSED, PROJECTION_NOT_READY, and
   * what evaluating the query throws.
   */
  open(source: LiveSource, last: LastEvent | undefined): LiveReader | Promise<LiveReader> {
    this.#requireReader();
    const entry = this.#entry(source);
    if (!(entry instanceof Promise)) return this.#join(entry, last);
    return entry.then((opened) => {
      this.#requireReader();
      return this.#join(opened, last);
    });
  }

  #join(entry: Entry, last: LastEvent | undefined): LiveReader {
    const standing = standingOf(entry.query, last);
    const reader = new LiveReader(entry.query, standing, (closed) => this.#leave(entry, closed));
    entry.readers.add(reader);
    this.#readers += 1;
    if (last !== undefined && standing === undefined) void this.#catchUp(reader, last.position);
    return reader;
  }

  /** Says that every query may have another answer, as definitions have changed. */
  allChanged(): void {
    for (const entry of this.#entries.all()) this.#due.add(entry);
    this.#plan();
  }

  /** Says that a projection has committed, or answers from another generation. */
  changed(projection: string): void {
    for (const entry of this.#entries.all()) {
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
    for (const { readers } of this.#entries.all())
      for (const reader of readers) reader.end({ kind: 'stopping' });
    this.#entries.clear();
    this.#due.clear();
  }

  #requireReader(): void {
    if (this.#isClosed) throw new ProjectionistError('CLOSED', 'The server is stopping');
    if (this.#readers < this.#options.readers) return;
    throw new ProjectionistError('TOO_BUSY', `${this.#readers} live answers are being read already`, {
      hint: 'Try again later, or raise the limit in the settings.',
    });
  }

  #entry(source: LiveSource): Entry | Promise<Entry> {
    const known = this.#entries.get(source.identity) ?? this.#opening.get(source.identity);
    if (known !== undefined) return known;
    const result = source.evaluate(this.#reader(source.projection));
    if (!(result instanceof Promise)) return this.#begin(source, result);
    const opening = result
      .then((found) => {
        this.#requireReader();
        const entry = this.#begin(source, found);
        // A commit may have come meanwhile, of which this query did not hear.
        this.#due.add(entry);
        this.#plan();
        return entry;
      })
      .finally(() => this.#opening.delete(source.identity));
    this.#opening.set(source.identity, opening);
    return opening;
  }

  #begin(source: LiveSource, result: LiveResult): Entry {
    this.#entries.requireRoom(result.characters);
    const query = new LiveQuery(source, result, this.#options.firstPosition(source.projection));
    return this.#entries.add(query);
  }

  #leave(entry: Entry, reader: LiveReader): void {
    if (!entry.readers.delete(reader)) return;
    this.#readers -= 1;
    if (entry.readers.size > 0) return;
    entry.idleSince = performance.now();
    this.#entries.forgetOldest();
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
    if (entry.isBusy) {
      entry.isOutdated = true;
      return;
    }
    try {
      const reader = this.#reader(projection);
      const result = query.source.evaluate(reader);
      if (result instanceof Promise) void this.#takeLater(entry, reader, result);
      else this.#take(entry, result);
    } catch (error) {
      this.#fail(entry, error);
    }
  }

  #take({ query, readers }: Entry, result: LiveResult): void {
    if (query.refresh(result)) for (const reader of readers) reader.news();
  }

  async #takeLater(entry: Entry, reader: GenerationReader, later: Promise<LiveResult>): Promise<void> {
    const { projection } = entry.query.source;
    entry.isBusy = true;
    let pause = 0;
    try {
      this.#take(entry, await later);
    } catch (error) {
      // Another generation answers by now, and is asked in its place.
      const isReplaced = this.#options.readerOf(projection) !== reader;
      if (reportOf(error).code === 'TOO_BUSY') pause = TOO_BUSY_PAUSE;
      else if (!isReplaced) this.#fail(entry, error);
      if (pause > 0 || isReplaced) entry.isOutdated = true;
    }
    if (pause > 0) await delay(pause, undefined, { ref: false });
    entry.isBusy = false;
    if (entry.isOutdated) this.#due.add(entry);
    entry.isOutdated = false;
    this.#plan();
  }

  #fail({ query, readers }: Entry, error: unknown): void {
    this.#entries.delete(query.source.identity);
    const report = reportOf(error);
    const end: LiveEnd = report.code === 'CLOSED' ? { kind: 'stopping' } : { kind: 'failed', error: report };
    for (const reader of readers) reader.end(end);
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
