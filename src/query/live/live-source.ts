import type { GenerationReader } from '../generation-reader.ts';
import type { KeyedRows } from './keyed-rows.ts';

/** A result at one position. */
export interface LiveResult {
  readonly position: number;
  /** Rows under their keys; undefined where rows have none, and then `text` is all there is to compare. */
  readonly keyed: KeyedRows | undefined;
  /** The length of its text, which is roughly what it takes in memory. */
  readonly characters: number;
  /** The rows as a JSON array. */
  text(): string;
}

/** A query that can be asked again and again. */
export interface LiveSource {
  readonly projection: string;
  /** Two sources of the same identity have the same result at the same position. */
  readonly identity: string;
  /** Part of the ids of its messages: who comes back with another mark may have seen other rows. */
  readonly mark: string;
  /**
   * The result, or the promise of one where a whole large view may have to be read: that is done beside this thread.
   * Throws, or rejects, where the generation has no such view or column any more, and with what `Scans.answer` rejects with.
   */
  evaluate(reader: GenerationReader): LiveResult | Promise<LiveResult>;
}
