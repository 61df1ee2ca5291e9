import { parseExactly } from '../exact-json.ts';
import type { ReadableGeneration } from './generation-reader.ts';

export type Row = Record<string, unknown>;

/** The answer to a query, all of one position. */
export class ViewAnswer {
  readonly projection: string;
  readonly generation: number;
  /** Raised when a decision about dead letters has changed rows at the same position. */
  readonly revision: number;
  readonly position: number;
  /** The rows as the text of a JSON array. */
  readonly body: string;
  /** How many rows `body` has. */
  readonly count: number;
  /** How many there are in all, where that was asked for. */
  readonly total: number | undefined;
  readonly offset: number;
  /** The names of the rows' members. */
  readonly columns: readonly string[];
  /** The cursor of the next page, where there is one. */
  readonly next: string | undefined;
  /** True where events that belong to it may wait as dead letters. */
  readonly mayLackEvents: boolean;

  constructor(
    generation: ReadableGeneration,
    revision: number,
    answer: Pick<
      ViewAnswer,
      'position' | 'body' | 'count' | 'total' | 'offset' | 'columns' | 'next' | 'mayLackEvents'
    >,
  ) {
    this.projection = generation.projection;
    this.generation = generation.number;
    this.revision = revision;
    this.position = answer.position;
    this.body = answer.body;
    this.count = answer.count;
    this.total = answer.total;
    this.offset = answer.offset;
    this.columns = answer.columns;
    this.next = answer.next;
    this.mayLackEvents = answer.mayLackEvents;
  }

  /** The rows as values; an integer that a number would round is a bigint. */
  get rows(): Row[] {
    return parseExactly(this.body) as Row[];
  }
}
