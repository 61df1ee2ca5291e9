import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Refusal } from '../api.ts';
import type { Film, Frame } from './film.ts';
import { Films } from './films.ts';
import { LiveRows } from './live-rows.ts';
import { eventsPerSecond, type Speed, USUAL_SPEED } from './speed.ts';

/**
 * Shows a query as of now, and kept up to date; or as of any moment of the log, from films that the server makes. What
 * moves here waits for no request.
 */
export class Player {
  readonly path: string;
  /** Where the log ends: of the live answer, or of the film. */
  readonly end = signal(0);
  readonly isPast = signal(false);
  readonly isPlaying = signal(false);
  readonly speed = signal<Speed>(USUAL_SPEED);
  /** Where the playhead is; between two events while it moves. */
  readonly position = signal(0);
  readonly #live: LiveRows;
  readonly #films: Films;
  /** True while the playhead would go on, and what comes next is not there yet. */
  readonly #isStarved = signal(false);
  #animation = 0;
  #shown: Frame | undefined;

  /** What is to be shown now; undefined until there is something. */
  readonly frame = computed<Frame | undefined>(() =>
    this.isPast.value ? this.#pastFrame() : this.#live.frame.value,
  );
  readonly problem = computed<Refusal | undefined>(() =>
    this.isPast.value ? this.#films.problem.value : this.#live.problem.value,
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
    this.#films = new Films(path, primaryKey);
    this.#live = new LiveRows(path, primaryKey, (position) => this.reached(position));
  }

  /** The film of the whole log. */
  get film(): ReadonlySignal<Film | undefined> {
    return this.#films.whole;
  }

  close(): void {
    this.pause();
    this.#live.close();
    this.#films.close();
  }

  /** Has the film of the whole log made, so that it is there when somebody touches the playhead. */
  prepare(): void {
    this.#films.prepare(this.end.peek(), !this.isPast.peek());
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
    const frame = this.#films.nearest(this.position.peek());
    if (frame !== undefined) this.position.value = frame.position;
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
    this.#films.needExact(position, this.end.peek());
  }

  /** The frames of single events around a position, as far as they are there: one for each event. */
  eventsAround(position: number): readonly Frame[] {
    return this.#films.eventsAround(position);
  }

  /** Back to the present. */
  now(): void {
    this.pause();
    this.isPast.value = false;
    this.#films.dropSingle();
    this.#shown = undefined;
    this.reached(Math.max(this.end.peek(), this.#live.frame.peek()?.position ?? 0));
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

  /** The log reaches to here; a look at the past keeps the end that it began with. */
  reached(position: number): void {
    if (position <= this.end.peek() || this.isPast.peek()) return;
    this.end.value = position;
    this.position.value = position;
  }

  #move(seconds: number): void {
    const end = this.end.peek();
    const perSecond = eventsPerSecond(this.speed.peek(), end);
    const next = Math.min(end, this.position.peek() + perSecond * seconds);
    // Waits for what is not there yet, rather than show what was not so.
    this.#isStarved.value = !this.#films.isReadyFor(next, perSecond, end);
    if (this.#isStarved.peek()) return;
    this.position.value = next;
    if (next >= end) this.pause();
  }

  /** The finest frame that there is; what was shown before, while there is none. */
  #pastFrame(): Frame | undefined {
    const found = this.#films.frameAt(Math.floor(this.position.value));
    this.#shown = found ?? this.#shown ?? this.#live.frame.peek();
    return this.#shown;
  }
}
