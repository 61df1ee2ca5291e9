import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import type { RunnerReport } from '../apply/runner-report.ts';
import type { Phase } from './pulse.ts';

/**
 * Where a projector was when its process ended: at which events, and how many processes in turn had ended at this place
 * before. batch: somewhere in it; event: it goes one by one; call: inside a function or an upcaster of the definition;
 * touch: the same, though the event was known by then, and only to be put aside.
 */
export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly deaths: number;
  readonly stage: 'batch' | 'event' | 'call' | 'touch';
  /** True where it is a dead letter that was tried again. */
  readonly isLetter?: boolean;
}

/** What a projector has to know to leave its own mark. */
export interface MarkTask {
  readonly path: string;
  /** The place at which so many processes in turn have ended. */
  readonly from: number;
  readonly deaths: number;
  /** True where the event at that place is known to end processes: it is not tried again. */
  readonly isSettled: boolean;
  /** True where that place is a dead letter. */
  readonly isLetter?: boolean;
}

/** Undefined where the process before ended in good order, or left nothing that can be read. */
export function readMark(path: string): Mark | undefined {
  try {
    const mark = JSON.parse(readFileSync(path, 'utf8')) as Mark | null;
    return [mark?.from, mark?.to, mark?.deaths].every(Number.isSafeInteger) ? (mark as Mark) : undefined;
  } catch {
    // Not there, mostly.
    return undefined;
  }
}

/** When a mark that is there was left. */
export function timeOfMark(path: string): Date {
  return statSync(path).mtime;
}

/** Undefined for work that is begun anew where its process ends: a copy, a comparison. */
export function markOf({ mark, carefulUntil = 0 }: Marked): MarkFile | undefined {
  return mark && new MarkFile(mark, carefulUntil);
}

interface Marked {
  readonly mark?: MarkTask;
  readonly carefulUntil?: number;
}

/** Characters of a mark: each is written over the one before. */
const WIDTH = 128;

/**
 * A small file beside a generation, written before each batch and never synced: it is to outlive its process, not the
 * machine. Whether a batch was finished the checkpoint says, so that nothing needs to be written after it.
 */
export class MarkFile {
  readonly #task: MarkTask;
  readonly #carefulUntil: number;
  #file: number | undefined;
  #mark: Mark | undefined;
  /** True while what is at work is known to end processes. */
  #isKnown = false;

  /** @param carefulUntil up to here each call of a function is marked, too */
  constructor(task: MarkTask, carefulUntil: number) {
    this.#task = task;
    this.#carefulUntil = carefulUntil;
  }

  /** The events after `from` up to `to` are about to be applied. */
  begin(from: number, to: number): void {
    const isCareful = to <= this.#carefulUntil;
    this.#begin({ from, to, deaths: 0, stage: isCareful ? 'event' : 'batch' });
  }

  /** The dead letter at a position is about to be tried again. */
  beginLetter(position: number): void {
    this.#begin({ from: position - 1, to: position, deaths: 0, stage: 'event', isLetter: true });
  }

  #begin(mark: Mark): void {
    const { from, deaths, isSettled, isLetter } = this.#task;
    const isThere = mark.from === from && (mark.isLetter ?? false) === (isLetter ?? false);
    this.#mark = isThere ? { ...mark, deaths } : mark;
    this.#isKnown = isThere && isSettled;
    // The mark that is there says all, until the event is touched all the same.
    if (this.#isKnown) this.#mark = { ...this.#mark, stage: 'call' };
    else this.#write(this.#mark);
  }

  enter(phase: Phase): void {
    if (this.#mark === undefined || this.#mark.stage === 'batch') return;
    const [outside, inside] = this.#isKnown ? (['call', 'touch'] as const) : (['event', 'call'] as const);
    const stage = phase === 'calling' ? inside : outside;
    if (stage === this.#mark.stage) return;
    this.#mark = { ...this.#mark, stage };
    this.#write(this.#mark);
  }

  /** What was at work has ended in good order where it says so; what ends processes is to be known at the next start. */
  hear(report: RunnerReport): void {
    const isOver = report.kind === 'failed' || report.kind === 'waiting';
    if (isOver && report.error.code !== 'EVENT_ENDS_PROCESS') this.clear();
    if (report.kind === 'opened' || report.kind === 'decided' || report.kind === 'undecided')
      this.#leaveLetter();
  }

  /** What came of it stands in the generation. */
  #leaveLetter(): void {
    if (this.#mark?.isLetter === true) this.clear();
    else if (this.#mark === undefined && this.#task.isLetter === true)
      rmSync(this.#task.path, { force: true });
  }

  /** Whatever ends the process now, the events are not to blame. */
  clear(): void {
    this.#mark = undefined;
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
    rmSync(this.#task.path, { force: true });
  }

  #write(mark: Mark): void {
    try {
      this.#file ??= openSync(this.#task.path, 'w');
      writeSync(this.#file, JSON.stringify(mark).padEnd(WIDTH), 0);
    } catch {
      // The generation is on the same disk, and tells what is wrong with it; without a mark it goes on all the same.
    }
  }
}
