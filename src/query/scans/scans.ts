import type { SqliteStatement } from '../../database/open.ts';
import { ProjectionistError } from '../../errors.ts';
import { answer, answerOf, type AskedQuery, explained } from '../asked-query.ts';
import type { ViewAnswer } from '../view-answer.ts';
import { type PoolLimits, ReaderPool } from './reader-pool.ts';
import { ViewSizes } from './view-sizes.ts';

export interface ScanLimits extends PoolLimits {
  /** From so many rows on, reading all of a view, or so many for a page, is a scan. */
  readonly rows: number;
}

/** Milliseconds on this thread that are too many for a statement. */
const SLOW = 50;
/** Slow runs in a row after which a statement is run elsewhere: one alone may be the machine's, which was busy. */
const SLOW_RUNS = 3;

/**
 * Answers queries where they hold up nobody: what finds its rows by an index here and at once, what may read a whole large
 * view in a process of its own.
 */
export class Scans {
  readonly #rows: number;
  readonly #sizes: ViewSizes;
  readonly #pool: ReaderPool;
  /** How many runs in a row were slow, up to the last. */
  readonly #slow = new WeakMap<SqliteStatement, number>();

  constructor(limits: ScanLimits) {
    this.#rows = limits.rows;
    this.#sizes = new ViewSizes(limits.rows);
    this.#pool = new ReaderPool(limits);
  }

  /**
   * The answer, or the promise of one. `ask` plans the query, and is called again where the generation is deleted before
   * the scan begins. Throws, or rejects with, what the query throws, and what `ReaderPool.run` rejects with.
   */
  answer(ask: () => AskedQuery, abandoned?: () => AbortSignal): ViewAnswer | Promise<ViewAnswer> {
    const asked = ask();
    return this.answerAtOnce(asked) ?? this.#scan(asked, ask, abandoned?.());
  }

  /** The answer, unless it takes a scan. */
  answerAtOnce(asked: AskedQuery): ViewAnswer | undefined {
    const { plan } = asked;
    if (plan.isPoint) return answer(asked);
    if (this.#isScan(asked)) return undefined;
    const started = performance.now();
    const found = answer(asked);
    this.#remember(plan.statement, performance.now() - started > SLOW);
    return found;
  }

  /** The same, as of any moment of this turn of the event loop: for the many that ask at once. */
  answerAsOfTurn(asked: AskedQuery): ViewAnswer | undefined {
    asked.reader.shareTurn();
    return this.answerAtOnce(asked);
  }

  /** Closes a file that is to be deleted. */
  forget(path: string): void {
    this.#pool.forget(path);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  #remember(statement: SqliteStatement, isSlow: boolean): void {
    if (isSlow) this.#slow.set(statement, (this.#slow.get(statement) ?? 0) + 1);
    else this.#slow.delete(statement);
  }

  #isScan({ plan, page, reader }: AskedQuery): boolean {
    const isLong =
      plan.readsAll ||
      page.offset + page.limit > this.#rows ||
      (this.#slow.get(plan.statement) ?? 0) >= SLOW_RUNS;
    return isLong && plan.views.some((view) => this.#sizes.isLarge(reader, view));
  }

  async #scan(
    asked: AskedQuery,
    ask: () => AskedQuery,
    abandoned: AbortSignal | undefined,
  ): Promise<ViewAnswer> {
    const { reader, plan, values } = asked;
    const scan = { path: reader.generation.path, sql: plan.statement.source, values };
    try {
      return answerOf(asked, await this.#pool.run(scan, abandoned));
    } catch (error) {
      const anew = isGone(error) ? ask() : asked;
      if (anew.reader === reader) throw explained(error);
      return this.answer(() => anew, abandoned && (() => abandoned));
    }
  }
}

/** A scan that waited found its file deleted: a newer generation has taken its place. */
function isGone(error: unknown): boolean {
  return error instanceof ProjectionistError && error.code === 'DATA_FOLDER_UNUSABLE';
}
