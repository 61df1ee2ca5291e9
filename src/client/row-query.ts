import { writeExactly } from '../exact-json.ts';
import { type Asked, orderText, type OrderOptions, preferHeader, queryString } from './asked.ts';
import { parseAnswer, ProjectionistClientError } from './client-error.ts';
import type { Condition } from './condition.ts';
import type { Connection } from './connection.ts';
import type { RowsShape } from './definition-types.ts';
import { endable } from './endable.ts';
import { changesOf, type LiveChange, type LiveMessage, type LiveResult, resultsOf } from './live-changes.ts';
import { liveMessages, type LiveOptions, type Opening } from './live-stream.ts';
import { Filters } from './filters.ts';
import { fieldText } from './operand.ts';
import type { CancelSignal, IncomingResponse } from './platform.ts';
import { replayedResults, type ReplayOptions, type ReplayResult } from './replay.ts';
import { nextOf, type Result, resultOf, totalOf } from './result.ts';
import { type Field, Where } from './where.ts';

export interface CountOptions {
  readonly count?: boolean | 'exact' | 'planned' | 'estimated';
}

export interface WaitOptions {
  /** How long to wait at most; 10 where it is not said. */
  readonly seconds?: number;
}

/**
 * A question about the rows of a view or of a named query. It is never changed: every method answers a new one, so that
 * one may be kept and built upon. `await` asks it, and answers the rows.
 *
 * Whatever asks throws ProjectionistClientError for what the server refuses, and the reason of an aborted signal.
 */
export class RowQuery<Shape extends RowsShape, Row extends object = Shape['row']>
  extends Filters<Shape['operands']>
  implements PromiseLike<Row[]>
{
  readonly #connection: Connection;
  readonly #asked: Asked;

  constructor(connection: Connection, asked: Asked) {
    super();
    this.#connection = connection;
    this.#asked = Object.freeze(asked);
  }

  /** Rows of which a condition holds that `and`, `or` and `not` put together. */
  override where(spell: (is: Where<Shape['operands']>) => Condition): this {
    const condition = spell(new Where<Shape['operands']>());
    return this.#with({ conditions: [...this.#asked.conditions, condition] });
  }

  // Which columns, in which order, and how many rows

  /** Only these columns. */
  select<Name extends keyof Shape['row'] & string>(
    ...columns: readonly [Name, ...Name[]]
  ): RowQuery<Shape, Pick<Shape['row'], Name>> {
    return this.selectAs(columns.map((column) => fieldText(column)).join(','));
  }

  /** Whatever PostgREST's `select` can spell, such as `id,order_lines(name)`. Its rows are taken to be as you say. */
  selectAs<Selected extends object>(select: string): RowQuery<Shape, Selected> {
    return new RowQuery(this.#connection, { ...this.#asked, select });
  }

  /** Orders by a column; called again, by another among equals. */
  order(field: Field<Shape['operands']>, options: OrderOptions = {}): this {
    return this.#with({ order: [...this.#asked.order, orderText(field, options)] });
  }

  /** At most so many rows; in `pages()` and `all()`, on a page. */
  limit(rows: number): this {
    return this.#with({ limit: rows });
  }

  offset(rows: number): this {
    return this.#with({ offset: rows });
  }

  /**
   * Whatever else the HTTP API takes in a query string, spelled as there, such as of embedded rows:
   * `.parameter('order_lines.limit', '3')`.
   */
  parameter(name: string, value: string): this {
    return this.#with({ parameters: [...(this.#asked.parameters ?? []), [name, value]] });
  }

  // When

  /**
   * Waits until the rows show the event at this position, such as one that `append` answered. Where that takes too long
   * the code is WAIT_TIMEOUT.
   */
  waitFor(position: number, { seconds }: WaitOptions = {}): this {
    return this.#prefer({
      'min-position': String(position),
      ...(seconds !== undefined && { wait: String(seconds) }),
    });
  }

  /** The rows as they were after the event at a position, or after the last event at or before a time. */
  asOf(point: number | Date): this {
    return this.#prefer({ 'as-of': typeof point === 'number' ? String(point) : `"${point.toISOString()}"` });
  }

  /** Aborts the request, where it is asked by anything but `live` and `liveRows`, which take a signal themselves. */
  signal(signal: CancelSignal): this {
    return this.#with({ signal });
  }

  // Asking

  /** Asks for the rows. `await` calls it. */
  // oxlint-disable-next-line unicorn/no-thenable -- a query is awaited
  then<Fulfilled = Row[], Rejected = never>(
    onRows?: ((rows: Row[]) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onError?: ((error: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.withMeta()
      .then(({ rows }) => [...rows])
      .then(onRows, onError);
  }

  /**
   * The rows and how fresh they are; with `count`, also how many there are beyond limit and offset: all of them read
   * (`true`), by statistics (`planned`), or by statistics where there are many (`estimated`).
   */
  async withMeta({ count = false }: CountOptions = {}): Promise<Result<Row>> {
    const asked = count === false ? this : this.#prefer({ count: count === true ? 'exact' : count });
    return resultOf(await asked.#ask());
  }

  /** The rows as CSV (RFC 4180), with a header. */
  async csv(): Promise<string> {
    return (await this.#ask({ Accept: 'text/csv' })).text();
  }

  /** How many rows there are, whatever limit and offset are. */
  async count(): Promise<number> {
    const { offset: _, ...asked } = this.#asked;
    const counted = new RowQuery(this.#connection, { ...asked, limit: 0 }).#prefer({ count: 'exact' });
    return totalOf(await counted.#ask()) ?? 0;
  }

  /** The one row that there is. Throws NOT_SINGULAR where there are none, or several. */
  async single(): Promise<Row> {
    const response = await this.#ask({ Accept: 'application/vnd.pgrst.object+json' });
    return parseAnswer(response.status, await response.text()) as Row;
  }

  /** The one row, or undefined where there is none. Throws NOT_SINGULAR where there are several. */
  async maybeSingle(): Promise<Row | undefined> {
    const [row, ...others] = await this.limit(2);
    if (others.length === 0) return row;
    throw new ProjectionistClientError('NOT_SINGULAR', 'There is more than one row', {
      status: 406,
      postgrestCode: 'PGRST116',
      hint: 'Ask for one row by its key.',
    });
  }

  /**
   * Page after page, to the last row. `limit` is the rows of a page; where it is not given, the server decides. No row is
   * repeated or left out while others are added.
   */
  async *pages(): AsyncGenerator<Result<Row>, void, undefined> {
    let response = await this.#ask();
    for (;;) {
      const next = nextOf(response);
      yield await resultOf<Row>(response);
      if (next === undefined) return;
      response = await this.#ask({}, next);
    }
  }

  /** All rows, one by one, however many pages they take. */
  async *all(): AsyncGenerator<Row, void, undefined> {
    for await (const { rows } of this.pages()) yield* rows;
  }

  // Listening

  /**
   * The rows, and then what changes of them. A lost connection is made again, and goes on where it was. Ends when the
   * signal is aborted, or the loop is left.
   */
  live(options: LiveOptions = {}): AsyncGenerator<LiveChange<Row>, void, undefined> {
    return endable((stop) => changesOf(this.#messages(options, stop)));
  }

  /** The whole result, now and whenever it has changed. */
  liveRows(options: LiveOptions = {}): AsyncGenerator<LiveResult<Row>, void, undefined> {
    return endable((stop) => resultsOf(this.#messages(options, stop)));
  }

  /**
   * The whole result as of one position after another, with the time of the event there. Ends after the last one, when
   * the signal is aborted, or the loop is left. Throws UNREACHABLE where the connection breaks off.
   */
  replay(range: ReplayOptions = {}): AsyncGenerator<ReplayResult<Row>, void, undefined> {
    return endable((stop) => replayedResults<Row>(this.#connection, this.#opening(), range, stop));
  }

  #messages(options: LiveOptions, stop: AbortController): AsyncGenerator<LiveMessage<Row>, void, undefined> {
    return liveMessages<Row>(this.#connection, this.#opening(), options, stop);
  }

  /** A stream is asked for with GET, and has a named query's parameters in its address. */
  #opening(): Opening {
    const { path, given, preferences } = this.#asked;
    return { path: `${path}${queryString(this.#asked, given)}`, preferences };
  }

  /** A named query's parameters are posted, so that their types arrive with them. */
  #ask(headers: Readonly<Record<string, string>> = {}, query?: string): Promise<IncomingResponse> {
    const { path, given, preferences, signal } = this.#asked;
    return this.#connection.send(`${path}${query ?? queryString(this.#asked)}`, {
      headers: {
        Accept: 'application/json',
        ...preferHeader(preferences),
        ...(given !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(given !== undefined && { method: 'POST', body: writeExactly(given) }),
      signal,
    });
  }

  #prefer(preferences: Readonly<Record<string, string>>): this {
    return this.#with({ preferences: { ...this.#asked.preferences, ...preferences } });
  }

  #with(change: Partial<Asked>): this {
    return new RowQuery<Shape, Row>(this.#connection, { ...this.#asked, ...change }) as this;
  }
}
