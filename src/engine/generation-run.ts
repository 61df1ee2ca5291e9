import { join } from 'node:path';
import type { ErrorReport } from '../errors.ts';
import type { LoadedProjection } from '../projection/load.ts';
import type { Generation } from './catalog.ts';
import { type Host, LocalHost } from './host.ts';
import { codeOf, isPlainData } from './program-code.ts';
import type { RunnerReport, RunnerTask } from './runner.ts';
import { ThreadHost } from './thread-host.ts';

export interface RunContext {
  readonly data: string;
  readonly logPath: string;
  readonly logId: string;
  readonly now: () => Date;
}

/** Milliseconds that one batch may hold a thread: the caller's own, which also answers queries, or a worker. */
const LOCAL_BUDGET = 8;
const THREAD_BUDGET = 400;

/** One generation at work: its host, and what is known of it from the host's reports. */
export class GenerationRun {
  readonly generation: Generation;
  readonly startedAt: number;
  readonly path: string;
  startPosition = 0;
  position = 0;
  isBuilt: boolean;
  movedAt: string | null = null;
  /** Set while the disk or a lock is in the way, and when the runner has given up. */
  error: ErrorReport | null = null;
  hasFailed = false;
  readonly #host: Host;
  readonly #now: () => Date;
  readonly #onReport: (run: GenerationRun, report: RunnerReport) => void;

  constructor(
    generation: Generation,
    loaded: LoadedProjection | undefined,
    context: RunContext,
    onReport: (run: GenerationRun, report: RunnerReport) => void,
  ) {
    this.generation = generation;
    this.startedAt = performance.now();
    this.isBuilt = generation.state === 'live';
    this.path = join(context.data, generation.file);
    this.#now = context.now;
    this.#onReport = onReport;
    const task = {
      path: this.path,
      logPath: context.logPath,
      logId: context.logId,
      program: generation.program,
      isBuild: !this.isBuilt,
    };
    this.#host = makeHost(task, loaded, (report) => this.#hear(report));
  }

  advance(head: number): void {
    this.#host.advance(head);
  }

  stop(): Promise<void> {
    return this.#host.stop();
  }

  /** Positions a second since this run began. */
  rate(): number {
    const seconds = (performance.now() - this.startedAt) / 1000;
    return seconds > 0 ? (this.position - this.startPosition) / seconds : 0;
  }

  #hear(report: RunnerReport): void {
    if ('position' in report && report.position > this.position) {
      if (report.kind !== 'opened') this.movedAt = this.#now().toISOString();
      this.position = report.position;
    }
    if (report.kind === 'opened') this.startPosition = report.position;
    if (report.kind === 'progress') this.error = null;
    if (report.kind === 'built') this.isBuilt = true;
    if (report.kind === 'waiting' || report.kind === 'failed') this.error = report.error;
    if (report.kind === 'failed') this.hasFailed = true;
    // A local host reports from inside the constructor; its owner hears of it when there is a run to hear about.
    queueMicrotask(() => this.#onReport(this, report));
  }
}

/** Where a runner runs: on the caller's thread only where its functions exist nowhere else. */
export function makeHost(task: Omit<RunnerTask, 'budget'>, loaded: LoadedProjection | undefined, tell: (report: RunnerReport) => void): Host {
  const needsCaller = !isPlainData(task.program) && loaded !== undefined && loaded.file === undefined;
  if (needsCaller) return new LocalHost({ ...task, budget: LOCAL_BUDGET }, codeOf(loaded.compiled), tell);
  return new ThreadHost({ ...task, budget: THREAD_BUDGET, definitionFile: loaded?.file }, tell);
}
