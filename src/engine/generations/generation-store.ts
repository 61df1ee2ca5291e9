import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../../projection/program.ts';
import { bootName, isSameBoot } from '../threads/boot.ts';
import type { Catalog, Generation } from '../catalog.ts';
import type { Decision } from '../dead-letters/decision.ts';
import { readDecisions } from '../dead-letters/read.ts';
import { deleteGeneration, peekCheckpoint } from './generation-file.ts';
import type { RunContext } from './generation-run.ts';

/** A generation that cannot be used any more, and why. */
export interface LostGeneration {
  readonly generation: Generation;
  readonly reason: string;
}

/** The generations of one projection, as the catalogue and the files have them. */
export class GenerationStore {
  readonly #name: string;
  readonly #catalog: Catalog;
  readonly #context: RunContext;
  #rolledBackFrom: string | undefined;

  constructor(name: string, catalog: Catalog, context: RunContext) {
    this.#name = name;
    this.#catalog = catalog;
    this.#context = context;
    this.#rolledBackFrom = catalog.rolledBackFrom(name);
  }

  /** The hash of the program that was rolled back from, and that is not to be built unasked. */
  get rolledBackFrom(): string | undefined {
    return this.#rolledBackFrom;
  }

  forgetRollback(): void {
    if (this.#rolledBackFrom === undefined) return;
    this.#catalog.setRolledBack(this.#name, undefined);
    this.#rolledBackFrom = undefined;
  }

  /** The live generation, if its file still belongs to this log; one that does not is discarded. */
  live(head: number): { live?: Generation; lost?: LostGeneration } {
    this.#dropDecisions(head);
    const live = this.#catalog.find(this.#name, 'live');
    if (live === undefined) return {};
    const reason = this.#fault(live, head);
    if (reason === undefined) {
      this.#keepDecisions(live);
      return { live };
    }
    this.discard(live);
    return { lost: { generation: live, reason } };
  }

  /** A build that was interrupted and can go on, for the program that is wanted now; any other one is discarded. */
  interrupted(hash: string, head: number): Generation | undefined {
    const build = this.#catalog.find(this.#name, 'building');
    if (build === undefined) return undefined;
    const isWanted = build.program.hash === hash;
    // Built without syncs: after a crash of the machine its pages may be torn, and nothing would tell.
    if (isWanted && isSameBoot(build.boot, bootName()) && this.#faultBeside(build, head) === undefined)
      return build;
    this.discard(build);
    return undefined;
  }

  /** Registers the next generation, in place of any other that was being built. */
  create(program: Program, mustVerify: boolean): Generation {
    const abandoned = this.#catalog.find(this.#name, 'building');
    if (abandoned !== undefined) this.discard(abandoned);
    return this.#catalog.add(program, bootName(), this.#context.now(), mustVerify);
  }

  /** The generation that a rollback goes back to. */
  previous(head: number): Generation | undefined {
    const retired = this.#catalog.generations(this.#name).find(({ state }) => state === 'retired');
    if (retired === undefined || this.#faultBeside(retired, head) === undefined) return retired;
    this.discard(retired);
    return undefined;
  }

  /** Makes a generation live and keeps the one that was; deletes what no rollback will ask for. */
  makeLive(generation: Generation, rolledBackFrom: string | undefined, isReset = false): void {
    const gone = this.#catalog.makeLive(generation, this.#context.now(), rolledBackFrom, isReset);
    this.#rolledBackFrom = rolledBackFrom;
    for (const { file } of gone) deleteFile(join(this.#context.data, file));
  }

  /** Keeps a failed build's entry for its error, without its file, and no earlier one. */
  fail(generation: Generation, error: Parameters<Catalog['fail']>[1]): void {
    for (const other of this.#catalog.generations(this.#name))
      if (other.state === 'failed') this.discard(other);
    this.#catalog.fail(generation, error);
    deleteFile(join(this.#context.data, generation.file));
  }

  discard(generation: Generation): void {
    this.#catalog.remove(generation);
    deleteFile(join(this.#context.data, generation.file));
  }

  /** A kill may have come between a decision and its record in the catalogue. */
  #keepDecisions({ file }: Generation): void {
    for (const decision of readDecisions(join(this.#context.data, file)))
      this.#catalog.decisions.record(this.#name, decision);
  }

  /** Decisions about events that the log does not have any more: it was restored from an older copy. */
  #dropDecisions(head: number): void {
    const isGone = ({ position, eventPosition, eventId }: Decision): boolean =>
      position > head || this.#context.eventIdAt(eventPosition) !== eventId;
    const gone = this.#catalog.decisions.of(this.#name).filter(isGone);
    for (const { id } of gone) this.#catalog.decisions.remove(this.#name, id);
  }

  /** As `#fault`, for a generation that is not live: it may have been through a decision that nobody knows of. */
  #faultBeside(generation: Generation, head: number): string | undefined {
    const fault = this.#fault(generation, head);
    if (fault !== undefined) return fault;
    const known = new Set(this.#catalog.decisions.of(this.#name).map((decision) => JSON.stringify(decision)));
    const isForeign = (decision: Decision): boolean => !known.has(JSON.stringify(decision));
    if (readDecisions(join(this.#context.data, generation.file)).some(isForeign))
      return 'a decision about dead letters was carried out in it when it was live no longer';
    return undefined;
  }

  /** Why a generation's file cannot be used with this log. */
  #fault(generation: Generation, head: number): string | undefined {
    const checkpoint = peekCheckpoint(join(this.#context.data, generation.file));
    if (checkpoint === undefined) return `the file ${generation.file} is missing or damaged`;
    if (checkpoint.logId !== this.#context.logId) return 'it was built from another log';
    if (checkpoint.programHash !== generation.program.hash)
      return `the file ${generation.file} holds another program`;
    const { position, eventId, revision } = checkpoint;
    const isBehind = (decision: Decision): boolean => decision.id > revision && decision.position < position;
    if (this.#catalog.decisions.of(this.#name).some(isBehind))
      return 'it has passed the position of a decision about dead letters without carrying it out';
    if (position > head)
      return `it is at position ${position}, and the log ends at ${head}: the log was restored from an older copy`;
    if (position > 0 && this.#context.eventIdAt(position) !== eventId)
      return `the log holds another event at position ${position}: it was restored from an older copy, and has grown since`;
    return undefined;
  }
}

/** A file that cannot be deleted now, because a reader of this process has it open on Windows, goes at the next start. */
function deleteFile(path: string): void {
  try {
    deleteGeneration(path);
  } catch {
    // Nothing refers to it any more; see deleteOrphans.
  }
}

const GENERATION_FILE = /^[a-z][a-z0-9_-]*-\d+\.db(-wal|-shm|-journal|-mark)?$/;

/** Deletes the files of generations that the catalogue does not know: a kill came between its change and the deletion. */
export function deleteOrphans(data: string, catalog: Catalog): void {
  const known = new Set(catalog.files());
  for (const file of filesIn(join(data, 'views'))) {
    const generation = `views/${file.replace(/-(wal|shm|journal|mark)$/, '')}`;
    if (GENERATION_FILE.test(file) && !known.has(generation)) deleteFile(join(data, generation));
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Not there before the first build.
    return [];
  }
}
