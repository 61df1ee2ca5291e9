/** Why a whole result is sent, and not what changed of it. */
export type SnapshotReason =
  /** The reader is new. */
  | 'first'
  /** What has changed since the reader's last event cannot be told any more. */
  | 'gap'
  /** The reader was too slow for the changes that came in the meantime. */
  | 'behind'
  /** Rows of this query have no key, so that a change of one cannot be told. */
  | 'changed';

/** One message to readers of a live query; the same object goes to all of them. */
export interface LiveMessage {
  readonly event: 'snapshot' | 'changes';
  /** The position at which the reader is once it has this message. */
  readonly position: number;
  /** JSON, without line breaks. */
  readonly data: string;
}

/** @param time of the event at the position, where it is told */
export function snapshotMessage(
  position: number,
  rows: string,
  reason: SnapshotReason,
  time?: string,
): LiveMessage {
  const data = `{"position":${position},${timeMember(time)}"reason":"${reason}","rows":${rows}}`;
  return { event: 'snapshot', position, data };
}

export function changesMessage(position: number, changes: readonly string[], time?: string): LiveMessage {
  const data = `{"position":${position},${timeMember(time)}"changes":[${changes.join(',')}]}`;
  return { event: 'changes', position, data };
}

function timeMember(time: string | undefined): string {
  return time === undefined ? '' : `"time":"${time}",`;
}
