import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** Seconds by which two readings of one boot may differ, as clocks are set. */
const TOLERANCE = 120;

/** Names the present start of the machine: what was written without a sync before another one may be torn. */
export function bootName(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Not Linux: the time of the start, in seconds since 1970.
    return `at ${Math.round(Date.now() / 1000 - uptime())}`;
  }
}

export function isSameBoot(left: string, right: string): boolean {
  if (left === right) return true;
  const [a, b] = [left, right].map((name) => /^at (\d+)$/.exec(name)?.[1]);
  return a !== undefined && b !== undefined && Math.abs(Number(a) - Number(b)) <= TOLERANCE;
}
