import type { ProgramCode } from '../apply/program-code.ts';
import type { MarkFile } from './mark.ts';

/** What a projector's thread can be doing; the number is what stands in the shared memory. */
const PHASES = ['loading', 'idle', 'applying', 'calling', 'resting', 'settling'] as const;

/**
 * loading: the definition's code; idle: waiting to be told of events; applying: inside SQLite; calling: inside a function
 * or upcaster of the definition; resting: until the next attempt; settling: opening or sealing a file.
 */
export type Phase = (typeof PHASES)[number];

export interface PulseReading {
  readonly phase: Phase;
  /** Another number whenever the thread has done anything: the same one twice means that it has not. */
  readonly beat: number;
  /** The batch at hand: the events after `from` up to `to`. */
  readonly from: number;
  readonly to: number;
}

/**
 * How a projector's thread shows that it is alive while it is too busy to send a message: words in memory that it shares
 * with its supervisor. Marking a step costs one store.
 */
export class Pulse {
  readonly memory: SharedArrayBuffer;
  readonly #word: Int32Array;
  readonly #range: Float64Array;
  readonly #mark: MarkFile | undefined;
  #beat = 0;

  /** @param mark what is told on disk as well, for the process after this one */
  constructor(memory = new SharedArrayBuffer(24), mark?: MarkFile) {
    this.memory = memory;
    this.#mark = mark;
    this.#word = new Int32Array(memory, 0, 1);
    this.#range = new Float64Array(memory, 8, 2);
  }

  enter(phase: Phase): void {
    this.#beat = (this.#beat + 1) % 2 ** 24;
    Atomics.store(this.#word, 0, this.#beat * PHASES.length + PHASES.indexOf(phase));
    this.#mark?.enter(phase);
  }

  /** As `enter('applying')`, with the events that are applied. */
  apply(from: number, to: number): void {
    this.#mark?.begin(from, to);
    this.#enterRange(from, to);
  }

  /** As `apply`, for the dead letter at a position. */
  applyLetter(position: number): void {
    this.#mark?.beginLetter(position);
    this.#enterRange(position - 1, position);
  }

  #enterRange(from: number, to: number): void {
    this.#range[0] = from;
    this.#range[1] = to;
    this.enter('applying');
  }

  read(): PulseReading {
    const word = Atomics.load(this.#word, 0);
    return {
      phase: PHASES[word % PHASES.length] as Phase,
      beat: word,
      from: this.#range[0] as number,
      to: this.#range[1] as number,
    };
  }
}

/** The same code, with a mark before and after each call of a function or upcaster: those are what can hang. */
export function withPulse({ functions, upcast }: ProgramCode, pulse: Pulse): ProgramCode {
  const marked =
    <Arguments extends unknown[], Result>(call: (...given: Arguments) => Result) =>
    (...given: Arguments): Result => {
      pulse.enter('calling');
      try {
        return call(...given);
      } finally {
        pulse.enter('applying');
      }
    };
  return {
    functions: new Map([...functions].map(([name, implementation]) => [name, marked(implementation)])),
    upcast: marked(upcast),
    beforeLetter: (position) => pulse.applyLetter(position),
  };
}
