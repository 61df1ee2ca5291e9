import { signal } from '@preact/signals';
import type { Refusal } from '../api.ts';
import { parseExactly } from '../exact.ts';
import { follow } from '../streams.ts';
import type { Frame } from './film.ts';
import { after, type KeyedRow, type RowMessage } from './rows.ts';

/** The rows of a query as of now, kept up to date. */
export class LiveRows {
  readonly frame = signal<Frame | undefined>(undefined);
  readonly problem = signal<Refusal | undefined>(undefined);
  readonly #closing = new AbortController();

  /** @param reached is told of each position that the rows are of */
  constructor(path: string, primaryKey: readonly string[], reached: (position: number) => void) {
    let rows: readonly KeyedRow[] = [];
    void follow(
      () => path,
      this.#closing.signal,
      ({ event, data }) => {
        if (event !== 'snapshot' && event !== 'changes') return;
        const message = parseExactly(data) as RowMessage;
        const next = after(rows, message, primaryKey);
        rows = next.rows;
        this.problem.value = undefined;
        this.frame.value = { position: message.position, time: undefined, rows, changed: next.changed };
        reached(message.position);
      },
      (refusal) => {
        this.problem.value = refusal;
      },
    );
  }

  close(): void {
    this.#closing.abort();
  }
}
