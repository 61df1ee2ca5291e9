import { ProjectionistError } from '../../errors.ts';
import type { Found } from '../asked-query.ts';
import { ScanReader } from './scan-reader.ts';
import type { Scan } from './scan.ts';

export interface PoolLimits {
  /** Processes at most; each is started when there is a scan for it. */
  readonly readers: number;
  /** Scans that wait for one of them at most. */
  readonly queue: number;
  /** Milliseconds that a scan may wait, and then run. */
  readonly timeout: number;
}

interface Job {
  readonly scan: Scan;
  readonly done: PromiseWithResolvers<Found>;
  /** Ends what is for the waiting alone: its time limit and the ear for who asked. */
  readonly stopWaiting: AbortController;
}

/** Runs scans in a few processes of their own, within limits of time and number. */
export class ReaderPool {
  readonly #limits: PoolLimits;
  readonly #idle: ScanReader[] = [];
  readonly #all = new Set<ScanReader>();
  readonly #queue: Job[] = [];
  #isClosed = false;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  /**
   * Rejects with TOO_BUSY where too many wait, or it waited too long; with QUERY_TIMEOUT where it runs too long, and is
   * ended; with CLOSED where `abandoned` aborts while it waits; and with what SQLite throws.
   */
  run(scan: Scan, abandoned?: AbortSignal): Promise<Found> {
    if (this.#isClosed || abandoned?.aborted === true) return Promise.reject(closed());
    if (this.#queue.length >= this.#limits.queue) return Promise.reject(tooBusy(this.#limits.queue));
    const job: Job = {
      scan,
      done: Promise.withResolvers(),
      stopWaiting: new AbortController(),
    };
    this.#queue.push(job);
    this.#wait(job, abandoned);
    this.#next();
    return job.done.promise;
  }

  /** Closes a file that readers may have open, because it is to be deleted. */
  forget(path: string): void {
    for (const reader of this.#all) reader.forget(path);
  }

  /** Ends every scan. Resolves when no process is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const job of this.#queue.splice(0)) drop(job, closed());
    const ended = [...this.#all].map((reader) => reader.exited);
    for (const reader of this.#all) reader.kill();
    await Promise.all(ended);
  }

  #wait(job: Job, abandoned: AbortSignal | undefined): void {
    const { signal } = job.stopWaiting;
    const leave = (error: ProjectionistError): void => {
      this.#queue.splice(this.#queue.indexOf(job), 1);
      drop(job, error);
    };
    const timer = setTimeout(() => leave(tooBusy(this.#queue.length)), this.#limits.timeout);
    signal.addEventListener('abort', () => clearTimeout(timer));
    abandoned?.addEventListener('abort', () => leave(closed()), { once: true, signal });
  }

  #next(): void {
    if (this.#queue.length === 0) return;
    const reader = this.#idle.pop() ?? this.#started();
    if (reader === undefined) return;
    const job = this.#queue.shift() as Job;
    job.stopWaiting.abort();
    void this.#run(reader, job);
  }

  async #run(reader: ScanReader, { scan, done }: Job): Promise<void> {
    const timer = setTimeout(() => {
      done.reject(timedOut(this.#limits.timeout));
      reader.kill();
    }, this.#limits.timeout);
    try {
      done.resolve(await reader.run(scan));
    } catch (error) {
      done.reject(this.#isClosed ? closed() : error);
    } finally {
      clearTimeout(timer);
      if (this.#all.has(reader)) this.#idle.push(reader);
      this.#next();
    }
  }

  #started(): ScanReader | undefined {
    if (this.#all.size >= this.#limits.readers) return undefined;
    const reader = new ScanReader();
    this.#all.add(reader);
    void reader.exited.then(() => this.#lost(reader));
    return reader;
  }

  /** Another takes its place when there is a scan for it. */
  #lost(reader: ScanReader): void {
    this.#all.delete(reader);
    const at = this.#idle.indexOf(reader);
    if (at >= 0) this.#idle.splice(at, 1);
    if (!this.#isClosed) this.#next();
  }
}

function drop({ done, stopWaiting }: Job, error: ProjectionistError): void {
  stopWaiting.abort();
  done.reject(error);
}

function closed(): ProjectionistError {
  return new ProjectionistError('CLOSED', 'The query was not run: the server stops, or nobody waits for it');
}

function tooBusy(waiting: number): ProjectionistError {
  return new ProjectionistError('TOO_BUSY', `${waiting} queries that read whole views wait already`, {
    hint: 'Ask again soon, or ask for rows by their key or an indexed column.',
  });
}

function timedOut(milliseconds: number): ProjectionistError {
  return new ProjectionistError('QUERY_TIMEOUT', `The query was ended after ${milliseconds} ms`, {
    hint: 'Filter or order by an indexed column, leave the count out, or have a projection keep the answer as a view.',
  });
}
