import { join } from 'node:path';
import { storageError } from './database/storage-error.ts';
import { ProgramLedger } from './engine/as-of/program-ledger.ts';
import type { Engine } from './engine/engine.ts';
import { ProjectionistError } from './errors.ts';
import type { LiveRequest, StreamSettings } from './http/services.ts';
import type { Claims } from './projection/define.ts';
import type { RowPolicies, RowPolicy } from './projection/row-policy.ts';
import type { QueryLimits } from './query/limits.ts';
import { type LastEvent, LiveQueries } from './query/live/live-queries.ts';
import type { LiveSource } from './query/live/live-source.ts';
import type { LiveReader } from './query/live/live-reader.ts';
import { policyMark } from './query/live/policy-mark.ts';
import { type Question, viewSource } from './query/live/view-source.ts';
import type { NamedCall } from './query/named-query.ts';
import { askReader } from './query/query-view.ts';
import type { Scans } from './query/scans/scans.ts';
import type { ViewReaders } from './query/view-readers.ts';
import type { TimeTravel } from './time-travel.ts';
import type { LiveSettings } from './view-settings.ts';

export interface LiveViewsOptions {
  readonly data: string;
  readonly engine: Engine;
  readonly readers: ViewReaders;
  readonly past: TimeTravel;
  readonly scans: Scans;
  readonly policies: () => RowPolicies;
  readonly limits: QueryLimits;
  readonly settings: LiveSettings;
  readonly onFault: (error: unknown) => void;
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
    // What was answered before a decision about dead letters is not what a replay to that position gives.
    const note = (projection: string): void => {
      const hash = engine.live(projection)?.program.hash ?? '';
      const decision = engine.decisions(projection).at(-1)?.id;
      const name = decision === undefined ? hash : `${hash}.${decision}`;
      try {
        ledger.note(projection, name, readers.ofProjection(projection)?.position() ?? 0);
      } catch (error) {
        // No room on the disk: it is noted in memory, and written with the next note.
        options.onFault(storageError(error, data));
      }
    };
    engine.onLive(({ projection }) => {
      note(projection);
      this.#queries.changed(projection);
    });
    engine.onDecision(note);
    engine.onCommit((projection) => this.#queries.changed(projection));
  }

  /** Throws, or rejects with, VIEW_UNKNOWN, PROJECTION_NOT_READY, FORBIDDEN, TOO_BUSY, and what the query throws. */
  open(request: LiveRequest, last: LastEvent | undefined): LiveReader | Promise<LiveReader> {
    return this.#queries.open(this.sourceOf(request), last);
  }

  /** What a request asks, as it can be asked of any generation of the projection. Throws VIEW_UNKNOWN and FORBIDDEN. */
  sourceOf({ of, parameters, claims }: LiveRequest): LiveSource {
    const { limits, engine, scans } = this.#options;
    const question = typeof of === 'string' ? this.#viewQuestion(of) : callQuestion(of);
    const { definitions } = engine;
    const views = this.#viewsOf(question.projection);
    const seen = this.#options.policies();
    const mark = markOf(seen, claims, views);
    const policy = (): RowPolicy | undefined => {
      const policies = this.#options.policies();
      const isOther = policies !== seen && markOf(policies, claims, views) !== mark;
      // A named query is code of the definition that was loaded when it was called.
      if (isOther || (question.view === undefined && engine.definitions !== definitions))
        throw new ProjectionistError('CLOSED', 'The definitions have changed');
      return policies.for(claims);
    };
    return viewSource({ question, parameters, limits, mark, scans, policy });
  }

  #viewQuestion(view: string): Question {
    const { projection } = this.#options.readers.ofView(view).reader.generation;
    return {
      projection,
      identity: view,
      view,
      ask: (reader, parameters, options) => askReader(reader, view, parameters, options),
    };
  }

  #viewsOf(projection: string): string[] {
    const reader = this.#options.readers.ofProjection(projection);
    return reader?.generation.program.views.map(({ name }) => name) ?? [];
  }

  /** Definitions have changed, and with them perhaps which rows may be seen. */
  definitionsChanged(): void {
    this.#queries.allChanged();
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

/** '' where no view has a policy: then everybody sees the same rows, and shares one evaluation. */
function markOf(policies: RowPolicies, claims: Claims, views: readonly string[]): string {
  const policy = policies.for(claims);
  return policy === undefined ? '' : policyMark(policy, views);
}

function callQuestion(call: NamedCall): Question {
  return {
    projection: call.projection,
    identity: `rpc/${call.identity}`,
    view: undefined,
    ask: (reader, parameters, options) => call.ask(reader, parameters, options),
  };
}
