import { join } from 'node:path';
import { Copies, type CopyLimits, type CopySource } from './engine/as-of/copies.ts';
import { type Point, resolvePoint, type ResolvedPoint } from './engine/as-of/point.ts';
import { readFatal } from './engine/dead-letters/read.ts';
import { Scratch } from './engine/as-of/scratch.ts';
import { TimeIndex } from './engine/as-of/time-index.ts';
import type { Engine } from './engine/engine.ts';
import { ProjectionistError } from './errors.ts';
import type { EventLog } from './event-log/event-log.ts';
import { CopyReaders } from './query/copy-readers.ts';
import { MovingViews } from './moving-views.ts';
import { PastViews } from './past-views.ts';
import { GenerationReader } from './query/generation-reader.ts';
import type { ViewReaders } from './query/view-readers.ts';

export interface TimeTravelOptions {
  readonly data: string;
  readonly log: EventLog;
  readonly engine: Engine;
  readonly readers: ViewReaders;
  readonly limits: CopyLimits;
  readonly now: () => Date;
  /** Hears of each copy that is to be deleted. */
  readonly onDelete: (path: string) => void;
}

/** Earlier states of views: finds the position that a point means, has the copy built, and reads it. */
export class TimeTravel {
  readonly #options: TimeTravelOptions;
  readonly #copyReaders = new CopyReaders();
  readonly #copies: Copies;
  #times: TimeIndex | undefined;
  #scratches = 0;

  constructor(options: TimeTravelOptions) {
    const { data, log, limits, now } = options;
    this.#options = options;
    this.#copies = new Copies({
      folder: join(data, 'copies'),
      log: { path: log.path, id: log.id },
      limits,
      now,
      onDelete: (path) => {
        this.#copyReaders.close(path);
        options.onDelete(path);
      },
    });
    options.engine.onDecision((projection, { position }) => this.#copies.discardFrom(projection, position));
    options.engine.onLive(({ projection, program }) =>
      this.#copies.keepOnly(projection, program.hash, log.head()),
    );
  }

  /** The position that a point means. Throws POSITION_AHEAD. */
  resolve(point: Point): Promise<ResolvedPoint> {
    const { log, now } = this.#options;
    return resolvePoint(point, {
      head: () => log.head(),
      timeAt: (position) => log.timeAt(position),
      positionAt: (time) => this.positionAt(time),
      now,
    });
  }

  /** The greatest position whose event happened at or before a time (UTC, with milliseconds); 0 where there is none. */
  positionAt(time: string): Promise<number> {
    return (this.#times ??= new TimeIndex(this.#options.log.path)).positionAt(time);
  }

  /**
   * Runs `read` on a projection's views as of a position. It may run twice: first on the live generation, where that
   * stands at the very position, and again on a copy if it has moved meanwhile. Throws what `Copies.lease` throws.
   */
  async read<T extends { readonly position: number }>(
    projection: string,
    position: number,
    patience: number,
    read: (reader: GenerationReader) => T | Promise<T>,
  ): Promise<T> {
    const live = this.#liveReader(projection);
    if (live.position() === position) {
      const answer = await read(live);
      if (answer.position === position) return answer;
    }
    const source = this.#source(projection);
    const copy = await this.#copies.lease(source, position, patience);
    try {
      return await read(this.#copyReaders.of({ ...source.live, path: copy.path }));
    } finally {
      copy.release();
    }
  }

  /** A projection's views as of a position, to be read at leisure: they stay until they are closed. */
  async open(projection: string, { position, time }: ResolvedPoint, patience: number): Promise<PastViews> {
    const source = this.#source(projection);
    const copy = await this.#copies.lease(source, position, patience);
    return new PastViews(new GenerationReader({ ...source.live, path: copy.path }), time, () =>
      copy.release(),
    );
  }

  /** A projection's views as of a position, in a file of their own: whoever asks moves them through the log, and closes them. */
  async moving(projection: string, position: number, patience: number): Promise<MovingViews> {
    const { data, log } = this.#options;
    const source = this.#source(projection);
    const { program } = source.live;
    const copy = await this.#copies.lease(source, position, patience);
    this.#scratches += 1;
    // A name that no copy has: what a kill leaves is deleted at the next start.
    const path = join(data, 'copies', `replay-${this.#scratches}`);
    try {
      const { loaded, decisions } = source;
      const fatal = readFatal(source.live.path);
      const scratch = await Scratch.open({ path, base: copy.path, program, loaded, decisions, fatal, log });
      return new MovingViews(scratch, new GenerationReader({ ...source.live, path }));
    } finally {
      copy.release();
    }
  }

  /** What is kept and what is being built. */
  status(): ReturnType<Copies['status']> {
    return this.#copies.status();
  }

  /** Nobody waits for a copy that is built any more; what is there can still be read. */
  endWaits(): void {
    this.#copies.endBuilds();
  }

  async close(): Promise<void> {
    await this.#copies.close();
    this.#copyReaders.closeAll();
    this.#times?.close();
  }

  #liveReader(projection: string): GenerationReader {
    const reader = this.#options.readers.ofProjection(projection);
    if (reader !== undefined) return reader;
    throw new ProjectionistError('PROJECTION_NOT_READY', `${projection} has no generation yet`, {
      hint: 'It answers when its first build is done.',
      evidence: { projection },
    });
  }

  #source(projection: string): CopySource {
    const { engine } = this.#options;
    const live = engine.live(projection);
    if (live === undefined)
      throw new ProjectionistError('PROJECTION_NOT_READY', `${projection} has no generation yet`);
    const { projections } = engine.definitions;
    const loaded = projections.find(({ compiled }) => compiled.program.projection === projection);
    const livePosition = this.#liveReader(projection).position();
    return { live, livePosition, loaded, decisions: engine.decisions(projection) };
  }
}
