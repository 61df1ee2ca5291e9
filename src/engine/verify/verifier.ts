import { type ErrorReport, ProjectionistError, reportOf } from '../../errors.ts';
import { writeExactly } from '../../exact-json.ts';
import type { LoadedProjection } from '../../projection/load.ts';
import type { AsideProgress } from '../aside/job.ts';
import { runAside } from '../aside/run-aside.ts';
import { errorPolicy } from '../apply/error-policy.ts';
import type { GenerationRun, RunContext } from '../generations/generation-run.ts';
import { hasCodeOf } from '../apply/program-code.ts';
import { describeDifference, type Verification } from './verification.ts';

/** How the last verification of a projection went, or how far the present one is. */
export interface VerificationStatus {
  readonly projection: string;
  /** never: none since the process started; failed: it could not be carried out. */
  readonly state: 'never' | 'running' | 'done' | 'failed';
  readonly generation: number | null;
  /** ISO 8601. */
  readonly startedAt: string | null;
  readonly progress: AsideProgress | null;
  readonly outcome: Verification | null;
  readonly error: ErrorReport | null;
}

export interface VerifyOptions {
  readonly onProgress?: ((progress: AsideProgress) => void) | undefined;
  /** Gives it up, with CLOSED. */
  readonly signal?: AbortSignal | undefined;
}

/** Verifies generations of one projection, one at a time, and remembers the last outcome. */
export class Verifier {
  readonly #context: RunContext;
  readonly #closing = new AbortController();
  #status: VerificationStatus;
  #work: { readonly generation: number; readonly done: Promise<Verification> } | undefined;

  constructor(projection: string, context: RunContext) {
    this.#context = context;
    this.#status = {
      projection,
      state: 'never',
      generation: null,
      startedAt: null,
      progress: null,
      outcome: null,
      error: null,
    };
  }

  get status(): VerificationStatus {
    return this.#status;
  }

  /**
   * Compares a generation with an independent replay. Who asks for the one that is being verified gets its outcome.
   * Rejects with what keeps it from being carried out; a difference is an outcome.
   */
  verify(run: GenerationRun, loaded: LoadedProjection, options: VerifyOptions = {}): Promise<Verification> {
    const { number } = run.generation;
    if (this.#work?.generation === number) return this.#work.done;
    const before = this.#work?.done.catch(() => {}) ?? Promise.resolve();
    const done = before.then(() => this.#verify(run, loaded, options));
    const work = { generation: number, done };
    this.#work = work;
    const settled = (): void => {
      if (this.#work === work) this.#work = undefined;
    };
    done.then(settled, settled);
    return done;
  }

  /** Gives up what is under way, and resolves when its thread has ended. */
  async stop(): Promise<void> {
    this.#closing.abort();
    await this.#work?.done.catch(() => {});
  }

  async #verify(
    { generation, path }: GenerationRun,
    loaded: LoadedProjection,
    { onProgress, signal }: VerifyOptions,
  ): Promise<Verification> {
    const { program, number } = generation;
    const { data, logPath, logId, now, runAside: run = runAside } = this.#context;
    this.#become({
      state: 'running',
      generation: number,
      startedAt: now().toISOString(),
      outcome: null,
      error: null,
    });
    const log = { path: logPath, id: logId };
    const policy = errorPolicy(loaded, []);
    const task = { data, log, program, policy, generation: number, path };
    try {
      requireCode(generation, loaded);
      const outcome = await run('verify', task, {
        loaded,
        signal: AbortSignal.any([this.#closing.signal, ...(signal === undefined ? [] : [signal])]),
        onProgress: (progress) => {
          this.#become({ progress });
          onProgress?.(progress);
        },
      });
      this.#become({ state: 'done', outcome });
      return outcome;
    } catch (error) {
      this.#become({ state: 'failed', error: reportOf(error) });
      throw error;
    } finally {
      this.#become({ progress: null });
    }
  }

  #become(change: Partial<VerificationStatus>): void {
    this.#status = { ...this.#status, ...change };
  }
}

function requireCode({ program, number }: GenerationRun['generation'], { compiled }: LoadedProjection): void {
  if (hasCodeOf(compiled, program)) return;
  throw new ProjectionistError(
    'PROJECTION_STOPPED',
    `Generation ${number} of ${program.projection} was built with functions or upcasters that the definition no longer has`,
    { hint: 'Verify the next generation, when it is live.', evidence: { projection: program.projection } },
  );
}

/** Why a generation does not become live. The row's key is evidence, which is shown to who asks, and not logged. */
export function verificationFailed({ projection, generation, difference }: Verification): ProjectionistError {
  const what = difference === null ? 'differs from a second replay' : describeDifference(difference);
  return new ProjectionistError(
    'VERIFICATION_FAILED',
    `Generation ${generation} of ${projection} does not become live: ${what}`,
    {
      hint: 'The verification shows the row. A handler or function must give the same answer at each replay.',
      evidence: {
        projection,
        position: difference?.event?.position,
        eventId: difference?.event?.eventId,
        eventType: difference?.event?.type,
        stream: difference?.event?.stream,
        row: difference?.key ? writeExactly(difference.key) : undefined,
      },
    },
  );
}
