import { join } from 'node:path';
import { ProgramLedger } from './engine/as-of/program-ledger.ts';
import type { Engine } from './engine/engine.ts';
import type { LiveRequest, StreamSettings } from './http/services.ts';
import type { RowPolicies } from './projection/row-policy.ts';
import type { QueryLimits } from './query/limits.ts';
import { LiveQueries } from './query/live/live-queries.ts';
import type { LiveReader } from './query/live/live-reader.ts';
import { viewSource } from './query/live/view-source.ts';
import type { ViewReaders } from './query/view-readers.ts';
import type { TimeTravel } from './time-travel.ts';

export interface LiveSettings {
  /** The most live answers at once, and the most streams of events. */
  readonly readers: number;
  /** Milliseconds between two signs of life. */
  readonly heartbeat: number;
  /** Milliseconds that what a reader has missed may take to compute; after that it gets the whole result. */
  readonly resume: number;
  /** Milliseconds that a query is kept up to date after its last reader has left. */
  readonly linger: number;
}

export const USUAL_LIVE_SETTINGS: LiveSettings = {
  readers: 5000,
  heartbeat: 15_000,
  resume: 5000,
  linger: 30_000,
};

export interface LiveViewsOptions {
  readonly data: string;
  readonly engine: Engine;
  readonly readers: ViewReaders;
  readonly past: TimeTravel;
  readonly policies: () => RowPolicies;
  readonly limits: QueryLimits;
  readonly settings: LiveSettings;
}

/** Live queries over the engine's views: woken by its commits, and resumed by time travel. */
export class LiveViews {
  readonly streams: StreamSettings;
  readonly #options: LiveViewsOptions;
  readonly #queries: LiveQueries;
  readonly #ending = new AbortController();

  constructor(options: LiveViewsOptions) {
    const { data, engine, readers, past, settings } = options;
    const ledger = new ProgramLedger(join(data, 'programs.json'));
    this.#options = options;
    this.streams = { ...settings, ended: this.#ending.signal };
    this.#queries = new LiveQueries({
      ...settings,
      readerOf: (projection) => readers.ofProjection(projection),
      firstPosition: (projection) => ledger.firstOf(projection),
      earlier: (source, position) =>
        past.read(source.projection, position, settings.resume, (reader) => source.evaluate(reader)),
    });
    engine.onLive(({ projection, program }) => {
      ledger.note(projection, program.hash, readers.ofProjection(projection)?.position() ?? 0);
      this.#queries.changed(projection);
    });
    engine.onCommit((projection) => this.#queries.changed(projection));
  }

  /** Throws VIEW_UNKNOWN, FORBIDDEN, TOO_BUSY, and what the query throws. */
  open({ name, parameters, claims }: LiveRequest, after: number | undefined): LiveReader {
    const { readers, policies, limits } = this.#options;
    const source = viewSource({
      projection: readers.ofView(name).reader.generation.projection,
      view: name,
      parameters,
      limits,
      // Where no view has a policy, everybody sees the same rows, and shares one evaluation.
      caller: policies().isEmpty ? '' : JSON.stringify(claims),
      policy: () => (policies().isEmpty ? undefined : policies().for(claims)),
    });
    return this.#queries.open(source, after);
  }

  status(): ReturnType<LiveQueries['status']> {
    return this.#queries.status();
  }

  /** Ends every stream. */
  close(): void {
    this.#ending.abort();
    this.#queries.close();
  }
}
