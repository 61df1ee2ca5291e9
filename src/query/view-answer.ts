import type { ReadableGeneration } from './view-readers.ts';

export type Row = Record<string, unknown>;

/** The answer to a query, all of one position. */
export class ViewAnswer {
  readonly projection: string;
  readonly generation: number;
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

  constructor(
    generation: ReadableGeneration,
    answer: Pick<ViewAnswer, 'position' | 'body' | 'count' | 'total' | 'offset' | 'columns' | 'next'>,
  ) {
    this.projection = generation.projection;
    this.generation = generation.number;
    this.position = answer.position;
    this.body = answer.body;
    this.count = answer.count;
    this.total = answer.total;
    this.offset = answer.offset;
    this.columns = answer.columns;
    this.next = answer.next;
  }

  /** The rows as values. */
  get rows(): Row[] {
    return JSON.parse(this.body) as Row[];
  }
}
