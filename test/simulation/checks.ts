import { isDeepStrictEqual } from 'node:util';
import type { Generation } from '../../src/engine/catalog.ts';
import type { RecordedEvent } from '../../src/event-log/event.ts';
import { PROJECTIONS, variantOf } from './definitions.ts';
import {
  decisionsIn,
  eventsIn,
  type GenerationFile,
  generationsIn,
  isMade,
  readGeneration,
} from './inspect.ts';
import { foldOf } from './model.ts';

/** What holds over all lives of a folder: what was promised, and how far answers have come. */
export class Promises {
  /** Ids of events whose append was acknowledged. */
  readonly events = new Set<string>();
  readonly #of = new Map<string, Promised>();

  /** What was promised of one projection. */
  of(projection: string): Promised {
    const known = this.#of.get(projection) ?? new Promised();
    this.#of.set(projection, known);
    return known;
  }
}

class Promised {
  /** The numbers of generations that a second replay has given the same. */
  readonly verified = new Set<number>();
  /** Decisions that were acknowledged, as JSON: none may go, until a reset is asked for. */
  decisions: string[] = [];
  /** The position of the live generation when it was last looked at. */
  position = -1;
}

/** A generation that answers, and its file. */
export interface LiveFile {
  readonly generation: Generation;
  readonly file: GenerationFile;
}

/** Throws where an invariant of DESIGN.md, section 11, does not hold of a folder as it stands; answers what is live, by projection. */
export function check(folder: string, promises: Promises): ReadonlyMap<string, LiveFile> {
  const live = new Map<string, LiveFile>();
  if (!isMade(folder)) {
    requireThat(9, promises.events.size === 0, 'the files are gone');
    return live;
  }
  const events = eventsIn(folder);
  checkLog(events, promises);
  for (const projection of PROJECTIONS) {
    const generations = generationsIn(folder, projection);
    for (const generation of generations) checkGeneration(folder, projection, generation, events);
    const found = checkLive(folder, projection, generations, promises.of(projection));
    if (found !== undefined) live.set(projection, found);
  }
  return live;
}

/** 9: what was acknowledged is there; positions have no gap; no event is there twice. */
function checkLog(events: readonly RecordedEvent[], promises: Promises): void {
  const ids = new Set(events.map(({ id }) => id));
  requireThat(9, ids.size === events.length, 'an event is in the log twice');
  const isGapless = events.every(({ position }, index) => position === index + 1);
  requireThat(9, isGapless, 'the positions of the log have a gap');
  for (const id of promises.events)
    requireThat(9, ids.has(id), `event ${id} was acknowledged, and is not in the log`);
}

/** 1 to 4: at any moment, whatever came before, a file is the fold of the log up to its checkpoint. */
function checkGeneration(
  folder: string,
  projection: string,
  generation: Generation,
  events: readonly RecordedEvent[],
): void {
  const file = readGeneration(folder, generation);
  const name = `generation ${generation.number} of ${projection} (${generation.state})`;
  if (file === undefined)
    return requireThat(1, ['building', 'failed'].includes(generation.state), `${name} has no file`);
  const { position } = file.checkpoint;
  requireThat(1, position <= events.length, `${name} is at ${position}, beyond the log`);
  const wanted = foldOf(events.slice(0, position), file.decisions, variantOf(generation.program.hash));
  for (const part of ['owners', 'accounts'] as const)
    requireEqual(1, file[part], wanted[part], `${part} of ${name} at ${position}`);
  for (const part of ['parked', 'letters'] as const)
    requireEqual(2, file[part], wanted[part], `${part} of ${name} at ${position}`);
  requireThat(
    2,
    file.checkpoint.parked === wanted.parked.length,
    `${name} counts its parked streams wrongly`,
  );
}

/** 5: once something answers, something always does, and it never goes back. Decisions that were acknowledged stay. */
function checkLive(
  folder: string,
  projection: string,
  generations: readonly Generation[],
  promises: Promised,
): LiveFile | undefined {
  const generation = generations.find(({ state }) => state === 'live');
  requireThat(
    5,
    generation !== undefined || promises.position < 0,
    `nothing answers for ${projection} any more`,
  );
  const file = generation && readGeneration(folder, generation);
  if (generation === undefined || file === undefined) return undefined;
  const isCleared = !generation.mustVerify || promises.verified.has(generation.number);
  requireThat(
    4,
    isCleared,
    `generation ${generation.number} of ${projection} is live without being verified`,
  );
  const { position } = file.checkpoint;
  requireThat(5, position >= promises.position, `answers went back from ${promises.position} to ${position}`);
  promises.position = position;
  const kept = new Set(
    [...decisionsIn(folder, projection), ...file.decisions].map((decision) => JSON.stringify(decision)),
  );
  const gone = promises.decisions.filter((decision) => !kept.has(decision));
  requireThat(10, gone.length === 0, `a decision was acknowledged, and is gone: ${gone.join()}`);
  return { generation, file };
}

export function requireEqual(invariant: number, found: unknown, wanted: unknown, what: string): void {
  if (isDeepStrictEqual(found, wanted)) return;
  throw new Error(
    `Invariant ${invariant}: ${what}\n  found  ${JSON.stringify(found)}\n  wanted ${JSON.stringify(wanted)}`,
  );
}

export function requireThat(invariant: number, isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`Invariant ${invariant}: ${what}`);
}
