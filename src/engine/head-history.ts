interface Mark {
  /** The log was seen to reach this far … */
  head: number;
  /** … no earlier than this, in milliseconds since 1970. */
  readonly at: number;
}

/** Growth within so many milliseconds is one mark. */
const COARSEST = 100;
const MOST_MARKS = 2048;

/** When the log was seen to reach which position, without keeping a time for every event. */
export class HeadHistory {
  #marks: Mark[] = [];
  /** The log reached this far at the first look. */
  #firstHead: number | undefined;
  readonly #inLogSince: (position: number) => number | undefined;

  /**
   * @param inLogSince since when the event at a position can have been in the log, in milliseconds since 1970: asked of
   *   those that were there at the first look
   */
  constructor(inLogSince: (position: number) => number | undefined = () => undefined) {
    this.#inLogSince = inLogSince;
  }

  /** Notes that the log reaches `head`, which only grows. */
  note(head: number, now: Date): void {
    const at = now.getTime();
    this.#firstHead ??= head;
    const last = this.#marks.at(-1);
    if (last !== undefined && head <= last.head) return;
    if (last !== undefined && at - last.at < COARSEST) last.head = head;
    else this.#marks.push({ head, at });
    if (this.#marks.length > MOST_MARKS) this.#thinOut();
  }

  /** Seconds for which the event after `position` has been in the log; 0 where the log does not reach it. */
  secondsBehind(position: number, now: Date): number {
    const seen = this.#marks.find(({ head }) => head > position)?.at;
    if (seen === undefined) return 0;
    const wasThere = position < (this.#firstHead ?? 0);
    const since = wasThere ? Math.min(seen, this.#inLogSince(position + 1) ?? seen) : seen;
    return Math.max(0, now.getTime() - since) / 1000;
  }

  /** Two neighbours become one, with the time of the earlier: a wait is never told shorter than it is. */
  #thinOut(): void {
    this.#marks = this.#marks.flatMap((mark, index) => {
      if (index % 2 === 1) return [];
      return [{ head: this.#marks[index + 1]?.head ?? mark.head, at: mark.at }];
    });
  }
}
