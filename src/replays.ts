import { positionAhead } from './engine/as-of/point.ts';
import { ProjectionistError } from './errors.ts';
import type { EventLog } from './event-log/event-log.ts';
import type { LiveRequest, Replay, ReplayRange } from './http/services.ts';
import type { LiveViews } from './live-views.ts';
import type { MovingViews } from './moving-views.ts';
import { differenceMessage } from './query/live/difference.ts';
import type { LiveResult, LiveSource } from './query/live/live-source.ts';
import { changesMessage, type LiveMessage, snapshotMessage } from './query/live/message.ts';
import type { TimeTravel } from './time-travel.ts';

export interface ReplaysOptions {
  readonly log: EventLog;
  readonly live: LiveViews;
  readonly past: TimeTravel;
}

/** Each has a thread and a file of its own. */
const MOST_AT_ONCE = 8;
/** Answers of a replay that does not say how many. */
const USUAL_ANSWERS = 1000;
/** Milliseconds that a replay waits for the copy that it begins with. */
const PATIENCE = 600_000;

/** Queries over the past: their answers as of one position after another, computed by moving a copy through the log. */
export class Replays {
  readonly #options: ReplaysOptions;
  readonly #running = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(options: ReplaysOptions) {
    this.#options = options;
  }

  open(query: LiveRequest, { from, to, step }: ReplayRange): Replay {
    if (this.#running.size >= MOST_AT_ONCE)
      throw new ProjectionistError('TOO_BUSY', `${MOST_AT_ONCE} replays are being read already`, {
        hint: 'Try again when one of them has ended.',
      });
    const head = this.#options.log.head();
    const end = to ?? head;
    const beyond = [from, end].find((position) => position > head);
    if (beyond !== undefined) throw positionAhead(`position ${beyond}`, head);
    const source = this.#options.live.sourceOf(query);
    const width = step ?? Math.max(1, Math.ceil((end - from) / USUAL_ANSWERS));
    return { to: end, messages: this.#run(source, positions(from, end, width)) };
  }

  /** Ends what is being read, and resolves when its files are gone. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#running);
  }

  async *#run(source: LiveSource, steps: Iterable<number>): AsyncGenerator<LiveMessage, void> {
    const over = Promise.withResolvers<void>();
    this.#running.add(over.promise);
    try {
      yield* this.#answers(source, steps);
    } finally {
      this.#running.delete(over.promise);
      over.resolve();
    }
  }

  async *#answers(source: LiveSource, steps: Iterable<number>): AsyncGenerator<LiveMessage, void> {
    const { log, past } = this.#options;
    let views: MovingViews | undefined;
    let before: LiveResult | undefined;
    try {
      for (const position of steps) {
        if (this.#closing.signal.aborted) return;
        if (views === undefined) views = await past.moving(source.projection, position, PATIENCE);
        else await views.advance(position);
        const after = await source.evaluate(views.reader);
        yield messageOf(before, after, log.timeAt(position));
        before = after;
      }
    } finally {
      await views?.close();
    }
  }
}

/** Every step has a message, also where nothing changed: it tells how far the replay is. */
function messageOf(before: LiveResult | undefined, after: LiveResult, time: string | undefined): LiveMessage {
  if (before === undefined) return snapshotMessage(after.position, after.text(), 'first', time);
  return differenceMessage(before, after, time) ?? changesMessage(after.position, [], time);
}

/** From one position to another in even steps; the last one may be shorter. */
function* positions(from: number, to: number, step: number): Generator<number> {
  for (let position = from; position < to; position += step) yield position;
  yield to;
}
