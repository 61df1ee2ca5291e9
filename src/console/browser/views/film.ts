import { signal } from '@preact/signals';
import { Refusal } from '../api.ts';
import { parseExactly } from '../exact.ts';
import { askEvents, refusalIn } from '../streams.ts';
import { after, type KeyedRow, type RowMessage } from './rows.ts';

/** A view's rows as of a position. */
export interface Frame {
  readonly position: number;
  readonly time: string | undefined;
  readonly rows: readonly KeyedRow[];
  /** How many rows changed since the frame before. */
  readonly changed: number;
}

/** Milliseconds. */
const TELL_EVERY = 60;
/** Milliseconds for which nobody wants more of a film, until the server need not keep its replay. */
const IDLE = 30_000;

export interface FilmOrder {
  /** Of the view, with the query: `/views/orders?status=eq.paid`. */
  readonly path: string;
  readonly primaryKey: readonly string[];
  readonly from: number;
  readonly to: number;
  /** Positions between two frames. */
  readonly step: number;
}

/** The frames of a query over a range of the log, as the server replays it. */
export class Film {
  readonly order: FilmOrder;
  readonly frames: Frame[] = [];
  /** How many frames there are: changes as they come. */
  readonly length = signal(0);
  readonly problem = signal<Refusal | undefined>(undefined);
  /** True when there will be no more of it, as nobody wanted any for long. */
  isGivenUp = false;
  /** True when the last frame is there. */
  readonly isWhole = signal(false);
  readonly #closing = new AbortController();
  #isAnnounced = false;
  #wanted: number;
  #more = Promise.withResolvers<void>();

  /** @param ahead frames that are read before somebody wants more */
  constructor(order: FilmOrder, ahead = Number.POSITIVE_INFINITY) {
    this.order = order;
    this.#wanted = ahead;
    void this.#run();
  }

  /** The last position that is there; undefined before the first frame. */
  get reach(): number | undefined {
    return this.frames.at(-1)?.position;
  }

  covers(position: number): boolean {
    const { reach } = this;
    return reach !== undefined && position >= this.order.from && position <= reach;
  }

  /** The last frame at or before a position. */
  at(position: number): Frame | undefined {
    const { from, step, to } = this.order;
    // Frames are even steps apart, but for the last
    const index = position >= to ? this.frames.length - 1 : Math.floor((position - from) / step);
    return this.frames[Math.max(0, Math.min(index, this.frames.length - 1))];
  }

  /** Lets the server go on until there are frames up to so many after a position. */
  want(position: number, ahead: number): void {
    const wanted = Math.floor((position - this.order.from) / this.order.step) + ahead;
    if (wanted <= this.#wanted) return;
    this.#wanted = wanted;
    this.#more.resolve();
  }

  close(): void {
    this.#closing.abort();
    this.#more.resolve();
  }

  async #run(): Promise<void> {
    const { path, from, to, step, primaryKey } = this.order;
    const { signal } = this.#closing;
    let rows: readonly KeyedRow[] = [];
    try {
      const headers = { Prefer: `replay=${from}..${to}, step=${step}` };
      for await (const event of askEvents(path, { headers, signal })) {
        const refusal = refusalIn(event);
        if (refusal !== undefined) throw refusal;
        if (event.event === 'end') break;
        const message = parseExactly(event.data) as RowMessage;
        const next = after(rows, message, primaryKey);
        rows = next.rows;
        const changed = this.frames.length === 0 ? 0 : next.changed;
        this.frames.push({ position: message.position, time: message.time, rows, changed });
        this.#announce();
        await this.#room();
        if (signal.aborted) return;
      }
      this.isWhole.value = true;
      this.length.value = this.frames.length;
    } catch (error) {
      if (signal.aborted) return;
      this.problem.value = error instanceof Refusal ? error : new Refusal(0, '', String(error));
    }
  }

  /** Whoever looks is told of the first frame at once, and of the others a few times a second. */
  #announce(): void {
    if (this.frames.length === 1) this.length.value = 1;
    if (this.#isAnnounced) return;
    this.#isAnnounced = true;
    setTimeout(() => {
      this.#isAnnounced = false;
      this.length.value = this.frames.length;
    }, TELL_EVERY);
  }

  #giveUp(): void {
    this.isGivenUp = true;
    this.close();
  }

  async #room(): Promise<void> {
    while (this.frames.length >= this.#wanted && !this.#closing.signal.aborted) {
      this.#more = Promise.withResolvers();
      const timer = setTimeout(() => this.#giveUp(), IDLE);
      await this.#more.promise;
      clearTimeout(timer);
    }
  }
}
