import { setTimeout as delay } from 'node:timers/promises';
import { ProjectionistError } from '../../errors.ts';
import type { LoadedProjection } from '../../projection/load.ts';
import type { Decision } from '../dead-letters/decision.ts';
import { readFatal } from '../dead-letters/read.ts';
import type { LiveGeneration } from '../engine.ts';
import { buildCopy } from './build-copy.ts';
import { copyFile, type CopyName, shortHash } from './copy-name.ts';
import { CopyShelf, type ShelfLimits } from './copy-shelf.ts';

export interface CopyLimits extends ShelfLimits {
  /** The most copies that are built at once. */
  readonly builds: number;
}

export interface CopiesOptions {
  /** The folder of the copies; made where it is missing. */
  readonly folder: string;
  readonly log: { readonly path: string; readonly id: string };
  readonly limits: CopyLimits;
  readonly now: () => Date;
  /** Told before a copy's file is deleted, so that its readers can be closed. */
  readonly onDelete: (path: string) => void;
}

/** A projection as it is now: what it would have been is computed by the same program. */
export interface CopySource {
  readonly live: LiveGeneration;
  /** The position that the live generation is known to have reached. */
  readonly livePosition: number;
  readonly loaded: LoadedProjection | undefined;
  /** What was decided about its dead letters; default nothing. */
  readonly decisions?: readonly Decision[] | undefined;
}

/** A copy that stays where it is until it is released. */
export interface LeasedCopy {
  readonly path: string;
  readonly position: number;
  release(): void;
}

interface Build {
  readonly done: Promise<void>;
  position: number;
}

/**
 * Views as of earlier positions, each in a file of its own, built by replay when somebody asks and kept for the next
 * one who does. One build serves all who wait for the same copy.
 */
export class Copies {
  readonly #options: CopiesOptions;
  readonly #shelf: CopyShelf;
  readonly #builds = new Map<string, Build>();
  readonly #closing = new AbortController();

  constructor(options: CopiesOptions) {
    this.#options = options;
    this.#shelf = new CopyShelf(options.folder, options.limits, options.now, options.onDelete);
  }

  /**
   * A copy as of `position`, built where there is none yet. Throws TOO_BUSY while as many others are built as may be,
   * COPY_NOT_READY when `patience` milliseconds have passed (the build goes on), CLOSED once builds are broken off, and
   * what `buildCopy` throws.
   */
  async lease(source: CopySource, position: number, patience: number): Promise<LeasedCopy> {
    const { projection, program } = source.live;
    const name: CopyName = { projection, hash8: shortHash(program.hash), position };
    const deadline = performance.now() + patience;
    for (;;) {
      const leased = this.#shelf.lease(name);
      if (leased !== undefined) return { path: leased.copy.path, position, release: leased.release };
      const build = this.#builds.get(copyFile(name)) ?? this.#begin(source, name);
      // Again only if the copy was deleted between build and lease
      await inTime(build, name, deadline - performance.now(), this.#closing.signal);
    }
  }

  /** Lets go of a projection's copies that another program has built, or that reach beyond the log. */
  keepOnly(projection: string, programHash: string, head: number): void {
    const hash8 = shortHash(programHash);
    this.#shelf.discard(
      (copy) => copy.projection === projection && (copy.hash8 !== hash8 || copy.position > head),
    );
  }

  /** Lets go of a projection's copies from a position on: a decision about dead letters has changed what they hold. */
  discardFrom(projection: string, position: number): void {
    this.#shelf.discard((copy) => copy.projection === projection && copy.position >= position);
  }

  /** What is kept and what is being built, for a status page and for tests. */
  status(): { kept: number; bytes: number; builds: number } {
    const kept = this.#shelf.list();
    return {
      kept: kept.length,
      bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0),
      builds: this.#builds.size,
    };
  }

  /** Breaks builds off, and tells those who wait for them; copies that are there can still be read. */
  endBuilds(): void {
    this.#closing.abort();
  }

  /** Breaks builds off and resolves when their threads have ended. */
  async close(): Promise<void> {
    this.endBuilds();
    await Promise.allSettled([...this.#builds.values()].map(({ done }) => done));
  }

  #begin(source: CopySource, name: CopyName): Build {
    const { limits } = this.#options;
    if (this.#closing.signal.aborted) throw stopping();
    if (this.#builds.size >= limits.builds) {
      throw new ProjectionistError(
        'TOO_BUSY',
        `${limits.builds} copies of earlier positions are being built already`,
        {
          hint: 'Try again in a moment. A position that was asked for lately needs no build.',
          evidence: { projection: name.projection, position: name.position },
        },
      );
    }
    const key = copyFile(name);
    const build: Build = {
      position: 0,
      done: this.#build(source, name, (position) => (build.position = position)),
    };
    this.#builds.set(key, build);
    // Whoever waits hears of a failure; where nobody does any more, the next one who asks begins again.
    const settled = (): boolean => this.#builds.delete(key);
    build.done.then(settled, settled);
    return build;
  }

  async #build(
    { live, livePosition, loaded, decisions = [] }: CopySource,
    name: CopyName,
    onProgress: (position: number) => void,
  ): Promise<void> {
    const leases = this.#shelf.below(name).flatMap((base) => this.#shelf.lease(base) ?? []);
    const bases = leases.map(({ copy }) => copy);
    // The live generation is a base too where it has not come as far yet, and then it is the nearest but for copies.
    const candidates =
      livePosition <= name.position ? [...bases, { path: live.path, position: livePosition }] : bases;
    try {
      await buildCopy({
        path: this.#shelf.pathOf(name),
        position: name.position,
        program: live.program,
        loaded,
        decisions,
        fatal: readFatal(live.path),
        log: this.#options.log,
        bases: candidates.toSorted((a, b) => b.position - a.position).map(({ path }) => path),
        onProgress,
        signal: this.#closing.signal,
      });
    } finally {
      for (const { release } of leases) release();
    }
    this.#shelf.add(name);
  }
}

async function inTime(
  build: Build,
  { projection, position }: CopyName,
  milliseconds: number,
  closing: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const { promise: broken, reject } = Promise.withResolvers<never>();
  closing.addEventListener('abort', () => reject(stopping()), { signal: over.signal });
  const late = delay(Math.max(0, milliseconds), 'late' as const, { signal: over.signal });
  late.catch(() => {});
  try {
    if ((await Promise.race([build.done, late, broken])) !== 'late') return;
  } finally {
    over.abort();
  }
  throw new ProjectionistError(
    'COPY_NOT_READY',
    `${projection} as of position ${position} is being built, and is at ${build.position}`,
    {
      hint: 'Ask again in a moment: the build goes on.',
      evidence: { projection, position, actual: build.position },
    },
  );
}

function stopping(): ProjectionistError {
  return new ProjectionistError('CLOSED', 'The server is stopping');
}
