import { Registry } from 'prom-client';
import type { GenerationRun } from '../engine/generations/generation-run.ts';
import type { Notice } from '../engine/states/notice.ts';
import type { Batch, RunnerReport } from '../engine/apply/runner-report.ts';
import type { ProjectionStatus } from '../engine/states/status.ts';
import type { EventLog } from '../event-log/event-log.ts';
import type { AppendResult } from '../event-log/intake.ts';
import type { NewEvent } from '../event-log/event.ts';
import type { LockWait, LogInstrument } from '../event-log/log-instrument.ts';
import { AppliedEvents } from './applied-events.ts';
import { errorType } from './error-type.ts';
import { EventLoopWatch } from './event-loop.ts';
import { collectFileSizes } from './file-sizes.ts';
import type { AsOf, Incident, OnIncident } from './incident.ts';
import { createMeters, type Meters } from './meters.ts';
import { collectProjections } from './projection-meters.ts';
import { Tracing } from './tracing.ts';

/** What the metrics are read from when somebody asks for them. */
export interface SignalSources {
  /** The data folder. */
  readonly data: string;
  readonly log: EventLog;
  readonly status: () => ProjectionStatus[];
  readonly live: () => { readonly readers: number; readonly queries: number };
}

export interface SignalOptions {
  readonly onIncident?: OnIncident | undefined;
  /** Seconds from which on a query is slow. */
  readonly slowQuerySeconds?: number | undefined;
  readonly onFault?: ((error: unknown) => void) | undefined;
}

/** Seconds. */
export const USUALLY_SLOW = 1;
/** Positions in a batch whose events get spans of their own: a batch of more is catching up. */
const TRACED_BATCH = 200;
/** Milliseconds. */
const SECOND = 1000;

/** A query whose time is taken. */
export interface TimedQuery {
  /** Or `rpc/<name>` for a named query. */
  readonly view: string;
  readonly asOf: AsOf;
  readonly parameters: Iterable<readonly [string, string]>;
  readonly requestId: string | undefined;
}

/**
 * What one Projectionist tells of itself: metrics in a registry of its own, and spans. Whatever can be read when somebody
 * asks is read then; the way of an event, an append or a query pays one observation.
 */
export class Signals implements LogInstrument {
  readonly tracing = new Tracing();
  readonly #registry = new Registry();
  readonly #meters: Meters = createMeters(this.#registry);
  readonly #loop = new EventLoopWatch();
  readonly #applied = new AppliedEvents((type, after, to) => this.#read().log.countOf(type, after, to));
  readonly #options: SignalOptions;
  readonly #slow: number;
  #sources: SignalSources | undefined;
  #asked: Promise<string> | undefined;

  constructor(options: SignalOptions) {
    this.#options = options;
    this.#slow = options.slowQuerySeconds ?? USUALLY_SLOW;
  }

  /** Says where to read from, once everything is open. */
  connect(sources: SignalSources): void {
    this.#sources = sources;
  }

  start(): void {
    this.#loop.start();
  }

  close(): void {
    this.#loop.stop();
  }

  /** The media type of `exposition`. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics, in Prometheus' text format. Those who ask at the same time get the same. */
  exposition(): Promise<string> {
    this.#asked ??= this.#expose().finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }

  async append(
    events: readonly NewEvent[],
    run: (events: readonly NewEvent[]) => Promise<AppendResult>,
  ): Promise<AppendResult> {
    const started = performance.now();
    let outcome = 'refused';
    try {
      const result = await (this.tracing.isOn ? this.tracing.append(events, run) : run(events));
      outcome = 'appended';
      return result;
    } finally {
      this.#meters.appendSeconds.observe(secondsSince(started), outcome);
    }
  }

  onCommit(seconds: number): void {
    this.#meters.commitSeconds.observe(seconds);
  }

  onLockWait({ waiter, holder, seconds }: LockWait): void {
    this.#meters.lockWait.inc({ waiter, holder }, seconds);
  }

  /** A query was answered; `started` by the clock of `performance.now`. */
  answered({ view, asOf, parameters, requestId }: TimedQuery, started: number): void {
    const seconds = secondsSince(started);
    this.#meters.querySeconds.observe(seconds, view, asOf);
    if (seconds < this.#slow || this.#options.onIncident === undefined) return;
    const names = [...new Set(Array.from(parameters, ([name]) => name))];
    const { traceId } = this.tracing;
    const asked = { view, asOf, parameters: names };
    this.#options.onIncident({ kind: 'slow-query', ...asked, seconds, requestId, traceId });
  }

  /** A request was answered with a 5xx status. */
  failed(
    failure: Omit<Extract<Incident, { kind: 'request-failed' }>, 'kind' | 'code'>,
    error: unknown,
  ): void {
    const code = errorType(error);
    this.#meters.failures.inc({ status: String(failure.status), code });
    this.#options.onIncident?.({ kind: 'request-failed', ...failure, code });
  }

  /** Hears what happens to projections. */
  notice({ kind, projection }: Notice): void {
    if (kind === 'went-live') this.#meters.builds.inc({ projection, outcome: 'live' });
    if (kind === 'stopped') this.#meters.builds.inc({ projection, outcome: 'stopped' });
  }

  /** Hears every report of a generation at work. Never throws. */
  report(run: GenerationRun, report: RunnerReport): void {
    try {
      this.#hear(run, report);
    } catch (error) {
      this.#options.onFault?.(error);
    }
  }

  #hear(run: GenerationRun, report: RunnerReport): void {
    const { projection } = run.generation;
    if (report.kind === 'progress' && report.batch !== undefined)
      this.#batch(run, report.position, report.batch);
    else if (report.kind === 'parked') this.#meters.streamsParked.inc({ projection });
    else if (report.kind === 'waiting' || report.kind === 'lost') {
      const { code } = report.error;
      this.#meters.retries.inc({ projection, code });
      if (code === 'LOCKED' && report.retry !== null)
        this.onLockWait({
          waiter: 'projector',
          holder: 'other process',
          seconds: report.retry.pause / SECOND,
        });
    }
  }

  #batch(run: GenerationRun, to: number, batch: Batch): void {
    const { program, projection } = run.generation;
    this.#meters.batchSeconds.observe(batch.seconds, projection);
    this.#meters.batchEvents.observe(to - batch.from, projection);
    const types = program.types.map(({ type }) => type);
    this.#applied.note(projection, types, batch.from, to);
    if (run.isBuilt && to - batch.from <= TRACED_BATCH && this.tracing.isOn)
      this.#trace(run, types, to, batch);
  }

  #trace({ generation }: GenerationRun, types: readonly string[], to: number, batch: Batch): void {
    const visibleAt = performance.timeOrigin + performance.now();
    for (const event of this.#read().log.traced(batch.from, to)) {
      if (!types.includes(event.type)) continue;
      this.tracing.applied({
        ...event,
        projection: generation.projection,
        generation: generation.number,
        batch: to - batch.from,
        startedAt: batch.startedAt,
        committedAt: batch.startedAt + batch.seconds * SECOND,
        visibleAt,
      });
    }
  }

  async #expose(): Promise<string> {
    const { data, log, status, live } = this.#read();
    const statuses = status();
    const meters = this.#meters;
    meters.head.set(log.head());
    collectProjections(statuses, meters);
    meters.logEvents.reset();
    const known = new Set(Object.keys(log.catalogue?.events ?? {}));
    // A log that was written by other definitions too may hold any number of types.
    for (const { type, events } of log.types())
      meters.logEvents.inc({ type: known.has(type) ? type : 'other' }, events);
    const { readers, queries } = live();
    meters.liveReaders.set(readers);
    meters.liveQueries.set(queries);
    this.#loop.collect(meters);
    const names = statuses.map(({ name }) => name);
    await Promise.all([collectFileSizes(data, names, meters), this.#applied.collect(meters)]);
    return this.#registry.metrics();
  }

  #read(): SignalSources {
    if (this.#sources === undefined) throw new Error('Signals are read before they are connected');
    return this.#sources;
  }
}

function secondsSince(started: number): number {
  return (performance.now() - started) / SECOND;
}
