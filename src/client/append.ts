import { parseAnswer } from './client-error.ts';
import type { Connection } from './connection.ts';
import type { CancelSignal } from './platform.ts';

export interface ClientAppendOptions {
  /** The number of events that the stream must have, or whether it must be new, or exist. Otherwise VERSION_CONFLICT. */
  readonly expectedVersion?: number | 'none' | 'exists';
  readonly signal?: CancelSignal;
}

export interface AppendedEvents {
  /** The position of the last of the events: `waitFor` it to read what was written. */
  readonly position: number;
  /** How many are new. */
  readonly appended: number;
  /** How many the log had already, by their ids. */
  readonly duplicates: number;
  /** Where each of them stands; left out where there are more than 1,000. */
  readonly events?: readonly AppendedEvent[];
}

export interface AppendedEvent {
  readonly id: string;
  readonly position: number;
  readonly stream: string;
  /** Which event of its stream it is, counted from 1. */
  readonly version: number;
  readonly isDuplicate: boolean;
}

/** Appends to one stream, or, where events name their own, to several: all of them or none. */
export async function append(
  connection: Connection,
  path: string,
  events: unknown,
  { expectedVersion, signal }: ClientAppendOptions,
): Promise<AppendedEvents> {
  const response = await connection.send(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...preconditions(expectedVersion) },
    body: JSON.stringify(events),
    signal,
  });
  return parseAnswer(response.status, await response.text()) as AppendedEvents;
}

function preconditions(expected: ClientAppendOptions['expectedVersion']): Record<string, string> {
  if (expected === undefined) return {};
  if (expected === 'exists') return { 'If-Match': '*' };
  // No stream has a version before its first event.
  if (expected === 'none' || expected === 0) return { 'If-None-Match': '*' };
  return { 'If-Match': `"${expected}"` };
}
