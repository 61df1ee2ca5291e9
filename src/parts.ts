import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { loadCheckedDefinitions } from './checked-definitions.ts';
import { Engine } from './engine/engine.ts';
import { EventLog } from './event-log/event-log.ts';
import { LiveViews } from './live-views.ts';
import type { Definitions } from './projection/load.ts';
import type { ProjectionistOptions } from './projectionist-options.ts';
import { type QueryLimits, queryLimits } from './query/limits.ts';
import { Scans } from './query/scans/scans.ts';
import { ViewReaders } from './query/view-readers.ts';
import { Replays } from './replays.ts';
import { RowTraces } from './row-traces.ts';
import { Signals } from './signals/signals.ts';
import { Sources } from './sources.ts';
import { TimeTravel } from './time-travel.ts';
import { copySettings, liveSettings, scanSettings } from './view-settings.ts';

/** What a Projectionist is made of: each part is opened on those before it. */
export interface Parts {
  /** The data folder. */
  readonly data: string;
  /** Where the definitions were loaded from; undefined where they were handed over as objects. */
  readonly folder: string | undefined;
  readonly limits: QueryLimits;
  readonly reportFault: (error: unknown) => void;
  readonly signals: Signals;
  readonly log: EventLog;
  readonly scans: Scans;
  readonly readers: ViewReaders;
  readonly engine: Engine;
  readonly sources: Sources;
  readonly past: TimeTravel;
  readonly live: LiveViews;
  readonly replays: Replays;
  readonly traces: RowTraces;
}

/** Opens them. Throws what keeps the log or the engine from being opened, and then nothing stays open. */
export function openParts(options: ProjectionistOptions, definitions: Definitions): Parts {
  const data = resolve(options.data ?? 'data');
  const { projections = 'projections', now, onFault } = options;
  const folder = typeof projections === 'string' ? projections : undefined;
  const limits = queryLimits(options);
  const signals = new Signals(options);
  const log = EventLog.open(join(data, 'log.db'), {
    catalogue: definitions.catalogue,
    ...(now && { now }),
    onFault,
    instrument: signals,
  });
  const scans = new Scans(scanSettings(options, availableParallelism()));
  const readers = new ViewReaders((path) => scans.forget(path));
  const engine = openEngine({ data, folder, log, signals }, options, definitions);
  const reportFault = onFault ?? (() => {});
  engine.onLive((live) => readers.use(live));
  engine.onCommit((projection) => {
    try {
      readers.ofProjection(projection)?.look();
    } catch (error) {
      // The file cannot be read now: that is for the queries to say, and no reason to end the process.
      reportFault(error);
    }
  });
  const past = new TimeTravel({
    data,
    log,
    engine,
    readers,
    limits: copySettings(options),
    now: now ?? (() => new Date()),
    onDelete: (path) => scans.forget(path),
  });
  const sources = new Sources(engine, readers);
  const live = new LiveViews({
    data,
    engine,
    readers,
    past,
    scans,
    policies: () => sources.policies(),
    limits,
    settings: liveSettings(options),
    onFault: reportFault,
  });
  signals.connect({ data, log, status: () => engine.status(), live: () => live.status() });
  const replays = new Replays({ log, live, past });
  const traces = new RowTraces({ data, log, engine, readers });
  const opened = { data, folder, limits, reportFault, signals, log, scans, readers, engine };
  return { ...opened, sources, past, live, replays, traces };
}

function openEngine(
  { data, folder, log, signals }: Pick<Parts, 'data' | 'folder' | 'log' | 'signals'>,
  { now, announce, onFault, takesCommands }: ProjectionistOptions,
  definitions: Definitions,
): Engine {
  try {
    return new Engine({
      data,
      log,
      definitions,
      ...(now && { now }),
      announce: (notice) => {
        signals.notice(notice);
        announce?.(notice);
      },
      onReport: (run, report) => signals.report(run, report),
      ...(onFault && { onFault }),
      ...(takesCommands !== undefined && { takesCommands }),
      ...(folder !== undefined && { reload: () => loadAgain(folder, log) }),
    });
  } catch (error) {
    void log.close();
    throw error;
  }
}

/** Loads the definitions of a folder anew; what is appended from now on is checked against them. */
export async function loadAgain(folder: string, log: EventLog): Promise<Definitions> {
  const definitions = await loadCheckedDefinitions(folder);
  log.useCatalogue(definitions.catalogue);
  return definitions;
}

/** Ends what waits or is streamed, and tells those at its other end to come again. */
export function endStreams({ live, past }: Parts): void {
  live.close();
  past.endWaits();
}

/** Closes them all, in reverse order. */
export async function closeParts(parts: Parts): Promise<void> {
  const { log, engine, readers, scans, past, replays, traces, signals } = parts;
  endStreams(parts);
  await scans.close();
  // Together: a replay may be waiting for a copy.
  await Promise.all([traces.close(), replays.close(), past.close()]);
  // Readers first: the last connection to a file merges its write-ahead log, and a reader cannot.
  readers.close();
  await engine.close();
  signals.close();
  await log.close();
}
