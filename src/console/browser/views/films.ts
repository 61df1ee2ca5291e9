import { computed, signal } from '@preact/signals';
import { Film, type Frame } from './film.ts';

/** Frames of the film of the whole log: about one for each pixel of its track. */
const FRAMES = 1200;
/** Events before the playhead in a film of single events, for steps back. */
const BEHIND = 60;
/** Events ahead of the playhead in a film of single events. */
const AHEAD = 400;
/** Frames of the film of the whole log in a second, below which single events are shown. */
const COARSE_RATE = 60 / 12;

/**
 * The past of a query, as the server makes it by replay: one film of the whole log in as many frames as the track has
 * pixels, and where every event counts, one of single events around the playhead.
 */
export class Films {
  readonly #path: string;
  readonly #primaryKey: readonly string[];
  readonly whole = signal<Film | undefined>(undefined);
  readonly #single = signal<Film | undefined>(undefined);

  readonly problem = computed(() => this.whole.value?.problem.value ?? this.#single.value?.problem.value);

  constructor(path: string, primaryKey: readonly string[]) {
    this.#path = path;
    this.#primaryKey = primaryKey;
  }

  close(): void {
    this.whole.value?.close();
    this.#single.value?.close();
  }

  /** Has the film of the whole log made, up to `end`. `mayReplace` says whether one that ends elsewhere may go. */
  prepare(end: number, mayReplace: boolean): void {
    const known = this.whole.peek();
    const isThere = known !== undefined && known.problem.peek() === undefined && known.order.to === end;
    if (end === 0 || isThere || (known !== undefined && !mayReplace)) return;
    known?.close();
    const step = Math.max(1, Math.ceil(end / FRAMES));
    this.whole.value = new Film({ path: this.#path, primaryKey: this.#primaryKey, from: 0, to: end, step });
  }

  /** The frame of the whole log's film that is nearest before a position; undefined where it has not come so far. */
  nearest(position: number): Frame | undefined {
    const film = this.whole.peek();
    return film?.covers(position) === true ? film.at(position) : undefined;
  }

  /** Sees to it that there will be a frame of the very event at a position. */
  needExact(position: number, end: number): void {
    if (this.nearest(position)?.position === position) this.#single.peek()?.want(position, AHEAD);
    else this.#needSingle(position, end);
  }

  /** Gets what is needed to move at so many events a second; answers whether what is shown at `next` is there. */
  isReadyFor(next: number, perSecond: number, end: number): boolean {
    const needsSingle = perSecond < (this.whole.peek()?.order.step ?? 1) * COARSE_RATE;
    if (needsSingle) this.#needSingle(Math.floor(next), end);
    const source = needsSingle ? this.#single.peek() : this.whole.peek();
    return source?.covers(next) === true || source?.isWhole.peek() === true;
  }

  /** The finest frame that there is at a position. Reads signals, so that what arrives is shown. */
  frameAt(position: number): Frame | undefined {
    const single = this.#single.value;
    const whole = this.whole.value;
    void [single?.length.value, whole?.length.value];
    const fine = single?.covers(position) === true ? single.at(position) : undefined;
    const coarse = whole?.covers(position) === true ? whole.at(position) : undefined;
    return coarse?.position === position ? coarse : (fine ?? coarse);
  }

  /** The frames of single events around a position, as far as they are there: one for each event. */
  eventsAround(position: number): readonly Frame[] {
    const single = this.#single.peek();
    return single?.covers(position) === true ? single.frames : [];
  }

  dropSingle(): void {
    this.#single.peek()?.close();
    this.#single.value = undefined;
  }

  #needSingle(position: number, end: number): void {
    const known = this.#single.peek();
    const isNear =
      known !== undefined &&
      known.problem.peek() === undefined &&
      position >= known.order.from &&
      position <= (known.reach ?? known.order.from + BEHIND) + (known.isGivenUp ? 0 : AHEAD);
    if (isNear) {
      known.want(position, AHEAD);
      return;
    }
    known?.close();
    const from = Math.max(0, position - BEHIND);
    const order = { path: this.#path, primaryKey: this.#primaryKey, from, to: end, step: 1 };
    this.#single.value = new Film(order, BEHIND + AHEAD);
  }
}
