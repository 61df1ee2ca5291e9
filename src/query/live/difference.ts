import { diff } from './diff.ts';
import type { LiveResult } from './live-source.ts';
import { changesMessage, type LiveMessage, snapshotMessage } from './message.ts';

/** What turns one result into another, as a message: nothing, changes, or all of it where rows have no key. */
export function differenceMessage(
  before: LiveResult,
  after: LiveResult,
  time?: string,
): LiveMessage | undefined {
  if (before.keyed !== undefined && after.keyed !== undefined) {
    const changes = diff(before.keyed, after.keyed);
    return changes.length === 0 ? undefined : changesMessage(after.position, changes, time);
  }
  const text = after.text();
  return before.text() === text ? undefined : snapshotMessage(after.position, text, 'changed', time);
}
