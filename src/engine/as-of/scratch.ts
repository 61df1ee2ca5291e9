import { errorFrom, ProjectionistError } from '../../errors.ts';
import type { LoadedProjection } from '../../projection/load.ts';
import type { Program } from '../../projection/program.ts';
import type { FatalEvent } from '../apply/fatal-events.ts';
import type { Decision } from '../dead-letters/decision.ts';
import { deleteGeneration } from '../generations/generation-file.ts';
import { errorPolicy } from '../apply/error-policy.ts';
import { makeHost } from '../threads/make-host.ts';
import type { Host } from '../threads/host.ts';
import type { RunnerReport } from '../apply/runner-report.ts';
import { backup } from './backup.ts';

export interface ScratchOrder {
  /** Where the file is to stand; it is deleted by `close`. */
  readonly path: string;
  /** A copy of the same program, from which it starts. */
  readonly base: string;
  readonly program: Program;
  /** The definition with the program's functions and upcasters, where it has some. */
  readonly loaded: LoadedProjection | undefined;
  /** What was decided about dead letters; default nothing. */
  readonly decisions?: readonly Decision[] | undefined;
  /** Events that are known not to come back. */
  readonly fatal?: readonly FatalEvent[] | undefined;
  readonly log: { readonly path: string; readonly id: string };
}

/** The views of a program in a file of their own, that go through the log as far as they are told, step by step. */
export class Scratch {
  readonly path: string;
  readonly #host: Host;
  readonly #projection: string;
  #target = 0;
  #step = Promise.withResolvers<void>();
  #failure: ProjectionistError | undefined;

  private constructor({ path, program, loaded, decisions = [], fatal, log }: ScratchOrder) {
    this.path = path;
    this.#projection = program.projection;
    const policy = errorPolicy(loaded, decisions, fatal);
    const task = { path, program, logPath: log.path, logId: log.id, isBuild: false, policy };
    this.#host = makeHost(task, loaded, (report) => this.#hear(report));
  }

  static async open(order: ScratchOrder): Promise<Scratch> {
    await backup({ from: order.base, to: order.path });
    return new Scratch(order);
  }

  /** Resolves when every event up to `position` is applied. Throws PROJECTION_STOPPED where one cannot be, and CLOSED. */
  advance(position: number): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#target = position;
    this.#step = Promise.withResolvers();
    this.#host.advance(position);
    return this.#step.promise;
  }

  /** Stops and deletes the file, once nobody reads it any more. */
  async close(): Promise<void> {
    this.#fail(new ProjectionistError('CLOSED', 'The replay was ended'));
    await this.#host.stop();
    deleteGeneration(this.path);
  }

  #hear(report: RunnerReport): void {
    // A parked event is an error too, of which the rest of the replay knows nothing.
    if (report.kind === 'failed' || report.kind === 'waiting' || report.kind === 'lost') {
      const words = `${this.#projection} cannot be replayed: ${report.error.message}`;
      const { hint, evidence } = report.error;
      const cause = errorFrom(report.error);
      this.#fail(new ProjectionistError('PROJECTION_STOPPED', words, { hint, evidence, cause }));
    } else if (report.kind === 'progress' && report.position === this.#target) this.#step.resolve();
  }

  #fail(failure: ProjectionistError): void {
    this.#failure ??= failure;
    // Nobody may be waiting for it.
    this.#step.promise.catch(() => {});
    this.#step.reject(this.#failure);
  }
}
