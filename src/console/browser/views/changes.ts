import { effect, signal } from '@preact/signals';
import { Film, type Frame } from './film.ts';
import type { Player } from './player.ts';

type Direction = 1 | -1;

/** True while a change is looked for. */
export const isLooking = signal(false);

/** Moves the playhead to the next event that changes the rows on this page, or to the one before that did. */
export async function stepToChange(player: Player, direction: Direction): Promise<void> {
  if (isLooking.peek()) return;
  isLooking.value = true;
  try {
    player.pause();
    const from = player.isPast.peek() ? Math.floor(player.position.peek()) : player.end.peek();
    const found = await changeFrom(player, from, direction);
    if (found === undefined) return;
    player.seek(found);
    player.settle();
  } finally {
    isLooking.value = false;
  }
}

/**
 * Among the single events around the playhead, which are there; else in the film of the whole log, and then among the single
 * events of its frame. Undefined where nothing changes.
 */
async function changeFrom(player: Player, from: number, direction: Direction): Promise<number | undefined> {
  const isAhead = ({ position }: Frame): boolean => (direction === 1 ? position > from : position < from);
  const near = firstOf(
    player.eventsAround(from).filter((frame) => frame.changed > 0 && isAhead(frame)),
    direction,
  );
  if (near !== undefined) return near.position;
  player.prepare();
  const film = player.film.peek();
  if (film === undefined) return undefined;
  await isThere(film);
  const pairs = film.frames.slice(1).map((frame, index) => [film.frames[index] as Frame, frame] as const);
  for (const [before, frame] of direction === 1 ? pairs : pairs.toReversed()) {
    const mayHold = frame.changed > 0 && isAhead(direction === 1 ? frame : before);
    if (!mayHold) continue;
    const events = await changesBetween(film, before.position, frame);
    const found = firstOf(events.filter(isAhead), direction);
    if (found !== undefined) return found.position;
  }
  return undefined;
}

/** The one that is nearest in a direction. */
function firstOf(frames: readonly Frame[], direction: Direction): Frame | undefined {
  return direction === 1 ? frames[0] : frames.at(-1);
}

/** The frames of the single events after a position, up to a frame, that changed rows. */
async function changesBetween({ order }: Film, from: number, last: Frame): Promise<readonly Frame[]> {
  if (last.position - from === 1) return [last];
  const single = new Film({ ...order, from, to: last.position, step: 1 });
  await isThere(single);
  return single.frames.filter(({ changed }) => changed > 0);
}

/** Resolves when all of a film is there, or no more of it will come. */
function isThere(film: Film): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      if (!film.isWhole.value && film.problem.value === undefined) return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
}
