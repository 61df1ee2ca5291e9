import { SingleBar } from 'cli-progress';
import { duration, grouped } from './numbers.ts';
import type { TextOutput } from './io.ts';

/** How far something is. */
export interface Progress {
  readonly title: string;
  readonly done: number;
  /** Undefined where nobody knows. */
  readonly total: number | undefined;
}

/** Milliseconds between two plain lines, where there is no terminal to draw on. */
const LINE_INTERVAL = 2000;

/** Milliseconds that something takes before a bar is worth looking at. */
const SHOWN_AFTER = 400;

/** A bar with rate and time left on a terminal, a plain line now and then elsewhere. */
export class ProgressDisplay {
  readonly #out: TextOutput;
  #bar: SingleBar | undefined;
  #title: string | undefined;
  #startedAt = 0;
  #from = 0;
  #lastLine = 0;

  constructor(out: TextOutput) {
    this.#out = out;
  }

  show({ title, done, total }: Progress): void {
    if (title !== this.#title) this.#begin(title, done);
    const rate = this.#rate(done);
    const left = total === undefined || rate <= 0 ? '' : `${duration(Math.max(0, total - done) / rate)} left`;
    if (this.#out.isTTY === true) {
      const isLong = performance.now() - this.#startedAt >= SHOWN_AFTER;
      if (isLong) this.#draw(title, done, total, rate, left);
    } else this.#write(title, done, total, rate, left);
  }

  /** Takes the bar off the screen: what has come of it is said in words. */
  end(): void {
    this.clear();
    this.#title = undefined;
  }

  /** The same for a line that is to be written now; the bar comes back below it. */
  clear(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #begin(title: string, done: number): void {
    this.end();
    this.#title = title;
    this.#startedAt = performance.now();
    this.#lastLine = this.#startedAt;
    this.#from = done;
  }

  #rate(done: number): number {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    return seconds > 0.05 ? (done - this.#from) / seconds : 0;
  }

  #draw(title: string, done: number, total: number | undefined, rate: number, left: string): void {
    const payload = {
      title,
      rate: `${grouped(rate)}/s`,
      left,
      count: total === undefined ? grouped(done) : `${grouped(done)} of ${grouped(total)}`,
    };
    if (this.#bar === undefined) {
      const format =
        total === undefined
          ? '{title}  {count}  {rate}'
          : '{title}  [{bar}] {percentage}%  {count}  {rate}  {left}';
      this.#bar = new SingleBar({
        format,
        stream: this.#out as never,
        hideCursor: true,
        clearOnComplete: true,
        barsize: 24,
        barCompleteChar: '=',
        barIncompleteChar: ' ',
      });
      this.#bar.start(total ?? 0, done, payload);
    }
    if (total !== undefined) this.#bar.setTotal(total);
    this.#bar.update(done, payload);
  }

  #write(title: string, done: number, total: number | undefined, rate: number, left: string): void {
    if (performance.now() - this.#lastLine < LINE_INTERVAL) return;
    this.#lastLine = performance.now();
    const share = total === undefined || total === 0 ? '' : ` ${Math.floor((done / total) * 100)}%`;
    const count = total === undefined ? grouped(done) : `${grouped(done)} of ${grouped(total)}`;
    this.#out.write(`${title}${share}  ${count}  ${grouped(rate)}/s  ${left}\n`);
  }
}
