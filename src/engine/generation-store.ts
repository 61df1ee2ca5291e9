import { join } from 'node:path';
import type { Program } from '../projection/program.ts';
import { bootName, isSameBoot } from './boot.ts';
import type { Catalog, Generation } from './catalog.ts';
import { deleteGeneration, peekCheckpoint } from './generation-file.ts';
import type { RunContext } from './generation-run.ts';

/** Retired generations that are kept for a rollback. */
const KEPT = 1;

/** The generations of one projection, as the catalogue and the files have them. */
export class GenerationStore {
  readonly #name: string;
  readonly #catalog: Catalog;
  readonly #context: RunContext;

  constructor(name: string, catalog: Catalog, context: RunContext) {
    this.#name = name;
    this.#catalog = catalog;
    this.#context = context;
  }

  /** The live generation, if its file still belongs to this log; one that does not is discarded, and `onDiscard` told why. */
  live(head: number, onDiscard: (reason: string) => void): Generation | undefined {
    const live = this.#catalog.find(this.#name, 'live');
    const fault = live === undefined ? undefined : this.#fault(live, head);
    if (live === undefined || fault === undefined) return live;
    onDiscard(fault);
    this.discard(live);
    return undefined;
  }

  /** A build that was interrupted and can go on, for the program that is wanted now; any other one is discarded. */
  interrupted(hash: string, head: number): Generation | undefined {
    const build = this.#catalog.find(this.#name, 'building');
    if (build === undefined) return undefined;
    const isWanted = build.program.hash === hash;
    // Built without syncs: after a crash of the machine its pages may be torn, and nothing would tell.
    if (isWanted && isSameBoot(build.boot, bootName()) && this.#fault(build, head) === undefined) return build;
    this.discard(build);
    return undefined;
  }

  create(program: Program): Generation {
    return this.#catalog.add(program, bootName(), this.#context.now());
  }

  /** The generation that a rollback goes back to. */
  previous(): Generation | undefined {
    const retired = this.#catalog.generations(this.#name).filter(({ state }) => state === 'retired');
    return retired.toSorted((a, b) => (a.liveAt ?? '').localeCompare(b.liveAt ?? '')).at(-1);
  }

  /** Deletes what no rollback will ask for. */
  prune(): void {
    const generations = this.#catalog.generations(this.#name);
    const retired = generations.filter(({ state }) => state === 'retired');
    const old = retired.toSorted((a, b) => (b.liveAt ?? '').localeCompare(a.liveAt ?? '')).slice(KEPT);
    for (const generation of [...old, ...generations.filter(({ state }) => state === 'failed')]) this.discard(generation);
  }

  discard(generation: Generation): void {
    this.#catalog.remove(generation);
    deleteGeneration(join(this.#context.data, generation.file));
  }

  /** Why a generation's file cannot be used with this log. */
  #fault(generation: Generation, head: number): string | undefined {
    const checkpoint = peekCheckpoint(join(this.#context.data, generation.file));
    if (checkpoint === undefined) return `the file ${generation.file} is missing or damaged`;
    if (checkpoint.logId !== this.#context.logId) return 'it was built from another log';
    if (checkpoint.programHash !== generation.program.hash) return `the file ${generation.file} holds another program`;
    if (checkpoint.position > head) return `it is at position ${checkpoint.position}, and the log ends at ${head}: the log was restored from an older copy`;
    return undefined;
  }
}
