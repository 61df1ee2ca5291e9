import { Counter, Gauge, type Registry } from 'prom-client';
import { Distribution } from './distribution.ts';

const PREFIX = 'projectionist_';

/** Seconds: from an index look-up to a scan. */
const QUERY_BOUNDS = [0.000_05, 0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];
/** Seconds: from one live event to a batch of a build. */
const BATCH_BOUNDS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const EVENT_BOUNDS = [1, 10, 100, 1000, 10_000, 50_000, 100_000, 500_000];
/** Seconds: an append waits for the disk. */
const APPEND_BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];

/**
 * Every metric, declared once: docs/observability.md is tested against these. Labels are bounded: projections, event types
 * and views as the definitions name them, and words of ours; never a stream, an id or a path.
 */
export function createMeters(registry: Registry) {
  const registers = [registry];
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]): Gauge<Label> =>
    new Gauge({ name: PREFIX + name, help, labelNames, registers });
  const counter = <Label extends string>(
    name: string,
    help: string,
    ...labelNames: Label[]
  ): Counter<Label> => new Counter({ name: PREFIX + name, help, labelNames, registers });
  const distribution = (name: string, help: string, bounds: readonly number[], ...labelNames: string[]) =>
    new Distribution({ name: PREFIX + name, help, labelNames, bounds }, registry);
  return {
    head: gauge('head_position', 'Position of the last event in the log'),
    position: gauge('position', 'Position up to which the live generation is applied', 'projection'),
    lagEvents: gauge(
      'lag_events',
      'Events in the log that the live generation has not applied',
      'projection',
    ),
    lagSeconds: gauge(
      'lag_seconds',
      'Seconds since the oldest event that is not applied was seen in the log',
      'projection',
    ),
    state: gauge(
      'projection_state',
      '1 for the state that a projection is in, 0 for the others',
      'projection',
      'state',
    ),
    parked: gauge('parked_streams', 'Streams left out because an event could not be applied', 'projection'),
    streamsParked: counter('streams_parked_total', 'Streams parked since the process started', 'projection'),
    buildPosition: gauge('build_position', 'Position of the generation that is being built', 'projection'),
    buildProgress: gauge(
      'build_progress_ratio',
      'Share of the log that the generation being built has applied, from 0 to 1',
      'projection',
    ),
    builds: counter('builds_total', 'Builds that went live or stopped', 'projection', 'outcome'),
    applied: counter(
      'events_applied_total',
      'Events that the projector has gone through since the process started, rebuilds included',
      'projection',
      'type',
    ),
    batchSeconds: distribution(
      'batch_duration_seconds',
      'Time of a batch in the projector, commit included',
      BATCH_BOUNDS,
      'projection',
    ),
    batchEvents: distribution(
      'batch_events',
      'Positions that a batch went through',
      EVENT_BOUNDS,
      'projection',
    ),
    retries: counter(
      'retries_total',
      'Batches tried again because a disk, a lock or a thread failed',
      'projection',
      'code',
    ),
    lockWait: counter(
      'write_lock_wait_seconds_total',
      'Time spent waiting for the write lock of a database file',
      'waiter',
      'holder',
    ),
    logEvents: counter('log_events_total', 'Events in the log', 'type'),
    appendSeconds: distribution(
      'append_duration_seconds',
      'Time from the call of an append to its answer',
      APPEND_BOUNDS,
      'outcome',
    ),
    commitSeconds: distribution(
      'commit_duration_seconds',
      'Time of a commit of the log that several appends may share, sync included, waiting for the lock left out',
      APPEND_BOUNDS,
    ),
    querySeconds: distribution(
      'query_duration_seconds',
      'Time of a query of a view, or of a named query (rpc/NAME), that was answered',
      QUERY_BOUNDS,
      'view',
      'as_of',
    ),
    failures: counter('request_failures_total', 'Requests answered with a 5xx status', 'status', 'code'),
    liveReaders: gauge('live_readers', 'Readers of live answers'),
    liveQueries: gauge('live_queries', 'Live queries that are kept up to date, whoever reads them'),
    loopDelay: gauge(
      'event_loop_delay_seconds',
      'Delay of the event loop of the main thread since the scrape before',
      'quantile',
    ),
    loopBusy: counter(
      'event_loop_busy_seconds_total',
      'Time that the event loop of the main thread was not idle',
    ),
    fileSize: gauge(
      'sqlite_file_size_bytes',
      'Size of a database file; of views the files of all generations together',
      'database',
      'projection',
    ),
    walSize: gauge(
      'sqlite_wal_size_bytes',
      'Size of the write-ahead log of a database file',
      'database',
      'projection',
    ),
  };
}

export type Meters = ReturnType<typeof createMeters>;
