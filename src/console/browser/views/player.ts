import { batch, computed, signal } from '@preact/signals';
import type { Refusal } from '../api.ts';
import { parseExactly } from '../exact.ts';
import { follow } from '../streams.ts';
import { Film, type Frame } from './film.ts';
import { after, type KeyedRow, type RowMessage } from './rows.ts';

/** How fast the playhead goes: through the whole log in so many seconds, or so many events a second. */
export interface Speed {
  readonly name: string;
  readonly seconds?: number;
  readonly events?: number;
}

export const SPEEDS: readonly Speed[] = [
  { name: 'all in 15 s', seconds: 15 },
  { name: 'all in 30 s', seconds: 30 },
  { name: 'all in 2 min', seconds: 120 },
  { name: '100 events/s', events: 100 },
  { name: '10 events/s', events: 10 },
  { name: '2 events/s', events: 2 },
];

/** Frames of the film of the whole log: about one for each pixel of its track. */
const FRAMES = 1200;
/** Events before the playhead in a film of single events, for steps back. */
const BEHIND = 60;
/** Events ahead of the playhead in a film of single events. */
const AHEAD = 400;

/**
 * Shows a query as of now, and kept up to date; or as of any moment of the log. What is shown comes from films that the
 * server makes by replay: one of the whole log in as many frames as the track has pixels, and where every event counts,
 * one of single events around the playhead. What moves here waits for no request.
 */
export class Player {
  readonly path: string;
  readonly primaryKey: readonly string[];
  /** Where the log ends: of the live answer, or of the film. */
  readonly end = signal(0);
  readonly isPast = signal(false);
  readonly isPlaying = signal(false);
  readonly speed = signal<Speed>(SPEEDS[1] as Speed);
  /** Where the playhead is; between two events while it moves. */
  readonly position = signal(0);
  readonly film = signal<Film | undefined>(undefined);
  readonly #liveProblem = signal<Refusal | undefined>(undefined);
  readonly #live = signal<Frame | undefined>(undefined);
  readonly #single = signal<Film | undefined>(undefined);
  readonly #closing = new AbortController();
  /** True while the playhead would go on, and what comes next is not there yet. */
  readonly #isStarved = signal(false);
  #animation = 0;
  #shown: Frame | undefined;

  /** What is to be shown now; undefined until there is something. */
  readonly frame = computed<Frame | undefined>(() =>
    this.isPast.value ? this.#pastFrame() : this.#live.value,
  );
  readonly problem = computed<Refusal | undefined>(() =>
    this.isPast.value
      ? (this.film.value?.problem.value ?? this.#single.value?.problem.value)
      : this.#liveProblem.value,
  );
  /** Whether every event up to the playhead is in the frame. */
  readonly isExact = computed(() => this.frame.value?.position === Math.floor(this.position.value));

  /** While the rows are not yet those of the playhead: how far the replay of the log is, from 0 to 1. */
  readonly replayed = computed<number | undefined>(() => {
    if (!this.isPast.value) return undefined;
    const isWaiting = this.isPlaying.value ? this.#isStarved.value : !this.isExact.value;
    if (!isWaiting || this.problem.value !== undefined) return undefined;
    const film = this.film.value;
    return film === undefined || film.length.value === 0 ? 0 : (film.reach ?? 0) / film.order.to;
  });

  constructor(path: string, primaryKey: readonly string[]) {
    this.path = path;
    this.primaryKey = primaryKey;
    void this.#followLive();
  }

  close(): void {
    this.pause();
    this.#closing.abort();
    this.film.value?.close();
    this.#single.value?.close();
  }

  /** Has the film of the whole log made, so that it is there when somebody touches the playhead. */
  prepare(): void {
    const known = this.film.peek();
    const to = this.end.peek();
    if (to === 0 || (known !== undefined && known.problem.peek() === undefined && known.order.to === to))
      return;
    if (known !== undefined && this.isPast.peek()) return;
    known?.close();
    const { path, primaryKey } = this;
    this.film.value = new Film({ path, primaryKey, from: 0, to, step: Math.max(1, Math.ceil(to / FRAMES)) });
  }

  /** Shows the rows as of a position. */
  seek(position: number): void {
    this.prepare();
    const wanted = Math.max(0, Math.min(position, this.end.peek()));
    batch(() => {
      this.isPast.value = true;
      this.position.value = wanted;
    });
  }

  /** As `seek`, to the frame that is nearest, which is exact. */
  scrub(position: number): void {
    this.seek(position);
    const frame = this.film.peek()?.at(this.position.peek());
    if (frame !== undefined && this.film.peek()?.covers(position) === true)
      this.position.value = frame.position;
  }

  /** One event on or back. */
  step(by: number): void {
    this.pause();
    const from = this.isPast.peek() ? Math.floor(this.position.peek()) : this.end.peek();
    this.seek(from + by);
    this.settle();
  }

  /** Sees to it that the very event at the playhead is shown. */
  settle(): void {
    if (!this.isPast.peek()) return;
    const position = Math.floor(this.position.peek());
    this.position.value = position;
    const film = this.film.peek();
    if (film?.covers(position) === true && film.at(position)?.position === position) {
      this.#single.peek()?.want(position, AHEAD);
      return;
    }
    this.#needSingle(position);
  }

  /** The frames of single events around a position, as far as they are there: one for each event. */
  eventsAround(position: number): readonly Frame[] {
    const single = this.#single.peek();
    return single?.covers(position) === true ? single.frames : [];
  }

  /** Back to the present. */
  now(): void {
    this.pause();
    this.isPast.value = false;
    this.#dropSingle();
    this.#shown = undefined;
    this.reached(Math.max(this.end.peek(), this.#live.peek()?.position ?? 0));
    this.position.value = this.end.peek();
  }

  toggle(): void {
    if (this.isPlaying.peek()) this.pause();
    else this.play();
  }

  play(): void {
    this.prepare();
    const isAtEnd = !this.isPast.peek() || this.position.peek() >= this.end.peek();
    this.seek(isAtEnd ? 0 : this.position.peek());
    this.isPlaying.value = true;
    let last: number | undefined;
    const draw = (at: number): void => {
      // A tab that was hidden has had no frames: the playhead goes on from where it was.
      const seconds = last === undefined ? 0 : Math.min(0.1, (at - last) / 1000);
      last = at;
      this.#move(seconds);
      if (this.isPlaying.peek()) this.#animation = requestAnimationFrame(draw);
    };
    this.#animation = requestAnimationFrame(draw);
  }

  pause(): void {
    if (!this.isPlaying.peek()) return;
    cancelAnimationFrame(this.#animation);
    this.isPlaying.value = false;
    this.settle();
  }

  #move(seconds: number): void {
    const end = this.end.peek();
    const { seconds: whole, events } = this.speed.peek();
    const perSecond = events ?? end / (whole ?? 30);
    const next = Math.min(end, this.position.peek() + perSecond * seconds);
    const needsSingle = perSecond < ((this.film.peek()?.order.step ?? 1) * 60) / 12;
    if (needsSingle) this.#needSingle(Math.floor(next));
    // Waits for what is not there yet, rather than show what was not so.
    const source = needsSingle ? this.#single.peek() : this.film.peek();
    this.#isStarved.value = source?.covers(next) !== true && source?.isWhole.peek() !== true;
    if (this.#isStarved.peek()) return;
    this.position.value = next;
    if (next >= end) this.pause();
  }

  #needSingle(position: number): void {
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
    const { path, primaryKey } = this;
    const from = Math.max(0, position - BEHIND);
    this.#single.value = new Film({ path, primaryKey, from, to: this.end.peek(), step: 1 }, BEHIND + AHEAD);
  }

  #dropSingle(): void {
    this.#single.peek()?.close();
    this.#single.value = undefined;
  }

  /** The finest frame that there is; what was shown before, while there is none. */
  #pastFrame(): Frame | undefined {
    const position = Math.floor(this.position.value);
    const single = this.#single.value;
    const film = this.film.value;
    // Read, so that what arrives is shown
    void [single?.length.value, film?.length.value];
    const fine = single?.covers(position) === true ? single.at(position) : undefined;
    const coarse = film?.covers(position) === true ? film.at(position) : undefined;
    const found = coarse?.position === position ? coarse : (fine ?? coarse);
    this.#shown = found ?? this.#shown ?? this.#live.peek();
    return this.#shown;
  }

  async #followLive(): Promise<void> {
    let rows: readonly KeyedRow[] = [];
    const { signal: over } = this.#closing;
    await follow(
      () => this.path,
      over,
      ({ event, data }) => {
        if (event !== 'snapshot' && event !== 'changes') return;
        const message = parseExactly(data) as RowMessage;
        const next = after(rows, message, this.primaryKey);
        rows = next.rows;
        this.#liveProblem.value = undefined;
        this.#live.value = { position: message.position, time: undefined, rows, changed: next.changed };
        this.reached(message.position);
      },
      (refusal) => {
        this.#liveProblem.value = refusal;
      },
    );
  }

  /** The log reaches to here; a look at the past keeps the end that it began with. */
  reached(position: number): void {
    if (position <= this.end.peek() || this.isPast.peek()) return;
    this.end.value = position;
    this.position.value = position;
  }
}
