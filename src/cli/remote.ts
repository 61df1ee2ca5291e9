import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { AsideProgress } from '../engine/aside/job.ts';
import { Catalog } from '../engine/catalog.ts';
import { inspect, isEngineRunning } from '../engine/inspect.ts';
import type { OperationName, OperationOptions } from '../engine/commands/operations.ts';
import { type ErrorReport, errorFrom, ProjectionistError } from '../errors.ts';
import { parseExactly } from '../exact-json.ts';
import type { Definitions } from '../projection/load.ts';
import { Projectionist } from '../projectionist.ts';
import { definitionsNamed } from './definitions.ts';
import type { Io } from './io.ts';
import { ProgressDisplay } from './progress.ts';

/** What is asked of a projection. */
export interface Asked {
  readonly operation: OperationName;
  readonly projection: string;
  readonly options?: OperationOptions;
}

/**
 * Carries an operation out: through the process that runs the data folder's projections where there is one,
 * and here otherwise. Commands that come together take turns: one runs here, the others wait until it has ended, or are
 * carried out by a server that has begun meanwhile. Resolves with its answer when it is done.
 */
export async function runOperation<Answer extends object>(
  io: Io,
  config: Config,
  asked: Asked,
): Promise<Answer> {
  const { projection } = asked;
  const progress = new ProgressDisplay(io.error);
  const show = new OperationProgress(io, config.data, projection, progress);
  try {
    for (;;) {
      const result = isEngineRunning(config.data)
        ? await ask(io, config, asked, show)
        : await runHere(config, asked, show);
      if (result !== undefined) return result as Answer;
    }
  } finally {
    progress.end();
  }
}

/** Undefined where another process was first to work on the folder. */
async function runHere(
  config: Config,
  { operation, projection, options }: Asked,
  progress: OperationProgress,
): Promise<object | undefined> {
  const definitions = await definitionsNamed(config.projections, [projection]);
  const opened = openUnlessHeld(config.data, definitions);
  if (opened === undefined) return undefined;
  await using projectionist = opened;
  // Whoever pauses or resumes wants no work done now.
  if (operation !== 'pause' && operation !== 'resume') projectionist.start();
  const timer = setInterval(() => progress.showBuild(), SHOW_INTERVAL);
  try {
    return await projectionist.operate(projection, operation, options, (told) => progress.show(told));
  } finally {
    clearInterval(timer);
  }
}

/** Shows how far a build is and what it waits for, or what an operation tells of itself. */
class OperationProgress {
  readonly #io: Io;
  readonly #data: string;
  readonly #projection: string;
  readonly #display: ProgressDisplay;
  #obstacle: string | undefined;

  constructor(io: Io, data: string, projection: string, display: ProgressDisplay) {
    this.#io = io;
    this.#data = data;
    this.#projection = projection;
    this.#display = display;
  }

  showBuild(): void {
    const { head, projections } = inspect(this.#data);
    const found = projections.find(({ name }) => name === this.#projection);
    if (found?.retry) this.#tellOf(found.retry.error);
    if (found?.build)
      this.#display.show({ title: `Building ${this.#projection}`, done: found.build.position, total: head });
  }

  /** Once for each obstacle: whoever waits should know what for. */
  #tellOf({ message, hint }: ErrorReport): void {
    if (message === this.#obstacle) return;
    this.#obstacle = message;
    this.#display.clear();
    this.#io.error.write(`${this.#projection} waits, and tries again: ${message}\n`);
    if (hint !== undefined) this.#io.error.write(`Try: ${hint}\n`);
  }

  show({ phase, done, total }: AsideProgress): void {
    this.#display.show({ title: `Verifying ${this.#projection}, ${phase}`, done, total });
  }
}

function openUnlessHeld(data: string, definitions: Definitions): Projectionist | undefined {
  try {
    // It knows one projection only, so others' commands wait until it has ended.
    return new Projectionist({ data, projections: [], takesCommands: false }, definitions);
  } catch (error) {
    if (error instanceof ProjectionistError && error.code === 'LOCKED') return undefined;
    throw error;
  }
}

const SHOW_INTERVAL = 100;

/**
 * Leaves the command in the catalogue, and waits for its answer. Undefined, and the command is withdrawn, where the
 * process that could have taken it ended first.
 */
async function ask(
  io: Io,
  config: Config,
  { operation, projection, options }: Asked,
  progress: OperationProgress,
): Promise<object | undefined> {
  const catalog = new Catalog(join(config.data, 'catalog.db'));
  try {
    const id = catalog.commands.ask(operation, projection, new Date(), options);
    for (;;) {
      const { state, answer } = catalog.commands.find(id) ?? { state: 'failed', answer: 'null' };
      if (state === 'done') return parseExactly(answer as string) as object;
      if (state === 'failed') throw errorFrom(JSON.parse(answer as string) as ErrorReport);
      if (io.ended.aborted) throw interrupted(catalog.commands.withdraw(id));
      if (!isEngineRunning(config.data)) {
        if (catalog.commands.withdraw(id)) return undefined;
        // It may have been answered since it was looked at.
        if (catalog.commands.find(id)?.state !== 'running') continue;
        throw new ProjectionistError('CLOSED', 'The server ended before it was done', {
          hint: 'Run the command again: it then works without a server.',
        });
      }
      showAsked(progress, state, answer);
      await delay(SHOW_INTERVAL);
    }
  } finally {
    catalog.close();
  }
}

function showAsked(progress: OperationProgress, state: string, answer: string | null): void {
  const told = state === 'running' ? (JSON.parse(answer ?? 'null') as AsideProgress | null) : null;
  if (told === null) progress.showBuild();
  else progress.show(told);
}

function interrupted(isWithdrawn: boolean): ProjectionistError {
  return new ProjectionistError(
    'CLOSED',
    isWithdrawn ? 'Interrupted; nothing was done' : 'Interrupted; the running server goes on with it',
  );
}
