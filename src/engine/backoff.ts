import { setTimeout as delay } from 'node:timers/promises';

const SHORTEST_PAUSE = 50;
const LONGEST_PAUSE = 5_000;

/**
 * Milliseconds to wait after the failed attempt of that number, counted from 1: twice as long each time, up to five
 * seconds, and shortened by chance to as little as half, so that what failed together does not try again together.
 */
export function pauseAfter(attempt: number, random: () => number = Math.random): number {
  const whole = Math.min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** Math.min(attempt - 1, 10));
  return Math.round(whole * (0.5 + random() / 2));
}

/** Waits so long, or until the signal aborts. */
export async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => {});
}
