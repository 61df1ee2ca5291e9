import { join } from 'node:path';
import type { ErrorReport } from '../errors.ts';
import type { LoadedProjection } from '../projection/load.ts';
import type { Generation } from './catalog.ts';
import { peekCheckpoint } from './generation-file.ts';
import { type Host, LocalHost } from './host.ts';
import { codeOf, hasCodeOf, isPlainData } from './program-code.ts';
import type { RunnerReport, RunnerTask } from './runner.ts';
import { ThreadHost } from './thread-host.ts';

export interface RunContext {
  readonly data: string;
  readonly logPath: string;
  readonly logId: string;
  readonly now: () => Date;
  /** The id of the event at a position of the log; undefined where there is none. */
  readonly eventIdAt: (position: number) => string | undefined;
}

/** To fill a new generation; to bring back one that was live before; to keep the live one up with the log. */
export type RunAim = 'build' | 'return' | 'follow';

/** Milliseconds that one batch may hold a thread: the caller's own, which also answers queries, or a worker. */
const LOCAL_BUDGET = 8;
const THREAD_BUDGET = 400;

/** One generation at work: its host, and what is known of it from the host's reports. */
export class GenerationRun {
  readonly generation: Generation;
  readonly path: string;
  /** When it was opened; until then, when that began. */
  startedAt = performance.now();
  startPosition = 0;
  position = 0;
  /** How far it was told that the log reaches: it will not go past that. */
  told = 0;
  /** True when it is sealed, and only follows the log. */
  isBuilt: boolean;
  movedAt: string | null = null;
  /** Set while the disk or a lock is in the way, and when the runner has given up. */
  error: ErrorReport | null = null;
  hasFailed = false;
  /** Undefined where the code that the generation was built with is gone: it stays as it is until it is replaced. */
  readonly #host: Host | undefined;
  readonly #now: () => Date;
  readonly #onReport: (run: GenerationRun, report: RunnerReport) => void;

  constructor(
    generation: Generation,
    aim: RunAim,
    loaded: LoadedProjection,
    context: RunContext,
    onReport: (run: GenerationRun, report: RunnerReport) => void,
  ) {
    this.generation = generation;
    this.isBuilt = aim === 'follow';
    this.path = join(context.data, generation.file);
    this.#now = context.now;
    this.#onReport = onReport;
    const { logPath, logId } = context;
    const task = {
      path: this.path,
      program: generation.program,
      logPath,
      logId,
      isBuild: aim !== 'follow',
      hasBeenLive: aim !== 'build',
    };
    const canRun = hasCodeOf(loaded.compiled, generation.program);
    this.#host = canRun ? makeHost(task, loaded, (report) => this.#hear(report)) : undefined;
    if (this.isFrozen) this.position = peekCheckpoint(this.path)?.position ?? 0;
  }

  get isFrozen(): boolean {
    return this.#host === undefined;
  }

  advance(head: number): void {
    this.told = head;
    this.#host?.advance(head);
  }

  async stop(): Promise<void> {
    await this.#host?.stop();
  }

  /** Positions a second since this run began. */
  rate(): number {
    const seconds = (performance.now() - this.startedAt) / 1000;
    return seconds > 0 ? (this.position - this.startPosition) / seconds : 0;
  }

  #hear(report: RunnerReport): void {
    if (report.kind === 'opened') this.#noteOpening(report.position);
    else if ('position' in report) this.#notePosition(report.position);
    else this.error = report.error;
    if (report.kind === 'built') this.isBuilt = true;
    if (report.kind === 'failed') this.hasFailed = true;
    // A local host reports from inside `advance`; its owner hears of it when it has finished what it was doing.
    queueMicrotask(() => this.#onReport(this, report));
  }

  #noteOpening(position: number): void {
    this.error = null;
    this.position = position;
    this.startedAt = performance.now();
    this.startPosition = position;
  }

  #notePosition(position: number): void {
    this.error = null;
    if (position > this.position) this.movedAt = this.#now().toISOString();
    this.position = position;
  }
}

/** Where a runner runs: on the caller's thread only where its functions exist nowhere else. */
export function makeHost(
  task: Omit<RunnerTask, 'budget'>,
  loaded: LoadedProjection | undefined,
  tell: (report: RunnerReport) => void,
): Host {
  const needsCaller = !isPlainData(task.program) && loaded !== undefined && loaded.file === undefined;
  if (needsCaller) return new LocalHost({ ...task, budget: LOCAL_BUDGET }, codeOf(loaded.compiled), tell);
  return new ThreadHost({ ...task, budget: THREAD_BUDGET, definitionFile: loaded?.file }, tell);
}
