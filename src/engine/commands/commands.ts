import { ProjectionistError, reportOf } from '../../errors.ts';
import type { Catalog } from '../catalog.ts';
import type { Command } from './command-table.ts';

/** Carries a command out; resolves with its answer. It may tell how far it is, as JSON. */
export type Obey = (command: Command, onProgress: (progress: object) => void) => Promise<unknown>;

/** Milliseconds between two looks for other processes' commands. */
const POLL_INTERVAL = 50;
/** Milliseconds between two notes of how far a command is: each is written to disk. */
const PROGRESS_INTERVAL = 400;

/** Carries out what other processes ask for through the catalogue. */
export class CommandDesk {
  readonly #catalog: Catalog;
  readonly #obey: Obey;
  readonly #onFault: (error: unknown) => void;
  readonly #pending = new Set<Promise<void>>();
  #seenVersion: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param onFault hears of what keeps the catalogue from being read */
  constructor(catalog: Catalog, obey: Obey, onFault: (error: unknown) => void) {
    this.#catalog = catalog;
    this.#obey = obey;
    this.#onFault = onFault;
  }

  open(): void {
    // What a killed process had begun: its asker still waits, and nobody works on it.
    const lost = new ProjectionistError('CLOSED', 'The server ended before it was done', {
      hint: 'Run the command again.',
    });
    for (const { id } of this.#catalog.commands.inState('running'))
      this.#catalog.commands.answer(id, 'failed', reportOf(lost));
    this.#timer = setInterval(() => this.#poll(), POLL_INTERVAL);
  }

  /** Takes no more commands; resolves when those that were begun are answered. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
  }

  #poll(): void {
    try {
      const version = this.#catalog.dataVersion();
      if (version === this.#seenVersion) return;
      for (const command of this.#catalog.commands.inState('asked')) this.#take(command);
      this.#seenVersion = version;
    } catch (error) {
      // Such as a lock held too long: the next look tries again.
      this.#onFault(error);
    }
  }

  #take(command: Command): void {
    this.#catalog.commands.answer(command.id, 'running', null);
    const work = this.#carryOut(command).finally(() => this.#pending.delete(work));
    this.#pending.add(work);
  }

  async #carryOut(command: Command): Promise<void> {
    try {
      const answer = await this.#obey(command, this.#noting(command));
      this.#catalog.commands.answer(command.id, 'done', answer);
    } catch (error) {
      this.#answerFailure(command, error);
    }
  }

  /** Whoever asked reads it while it waits. */
  #noting({ id }: Command): (progress: object) => void {
    let notedAt = 0;
    return (progress) => {
      if (performance.now() - notedAt < PROGRESS_INTERVAL) return;
      notedAt = performance.now();
      try {
        this.#catalog.commands.answer(id, 'running', progress);
      } catch (fault) {
        this.#onFault(fault);
      }
    };
  }

  #answerFailure({ id }: Command, error: unknown): void {
    try {
      this.#catalog.commands.answer(id, 'failed', reportOf(error));
    } catch (fault) {
      this.#onFault(fault);
    }
  }
}
