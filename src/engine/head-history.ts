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

  /** Notes that the log reaches `head`, which only grows. */
  note(head: number, now: Date): void {
    const at = now.getTime();
    const last = this.#marks.at(-1);
    if (last !== undefined && head <= last.head) return;
    if (last !== undefined && at - last.at < COARSEST) last.head = head;
    else this.#marks.push({ head, at });
    if (this.#marks.length > MOST_MARKS) this.#thinOut();
  }

  /** Seconds since the event after `position` was first seen in the log; 0 where the log does not reach it. */
  secondsBehind(position: number, now: Date): number {
    const first = this.#marks.find(({ head }) => head > position);
    return first === undefined ? 0 : Math.max(0, now.getTime() - first.at) / 1000;
  }

  /** Two neighbours become one, with the time of the earlier: a wait is never told shorter than it is. */
  #thinOut(): void {
    this.#marks = this.#marks.flatMap((mark, index) => {
      if (index % 2 === 1) return [];
      return [{ head: this.#marks[index + 1]?.head ?? mark.head, at: mark.at }];
    });
  }
}
