/**
 * A clock that never goes back: where the one below was set back, it stands still until that has caught up. So events
 * that are given their time here have it in the order of their positions, within one process.
 */
export function steadyClock(now: () => Date): () => Date {
  let latest = Number.NEGATIVE_INFINITY;
  return () => {
    latest = Math.max(latest, now().getTime());
    return new Date(latest);
  };
}
