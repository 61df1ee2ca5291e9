import { askJson } from '../api.ts';

/** An event as the API answers it. */
export interface LogEvent {
  readonly position: number;
  readonly id: string;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly time: string;
  readonly data: unknown;
  readonly metadata: Readonly<Record<string, unknown>> | null;
}

const known = new Map<number, LogEvent>();
const MOST_KNOWN = 500;

/** An event never changes, so it is asked for once. */
export async function eventAt(position: number, signal: AbortSignal): Promise<LogEvent> {
  const found = known.get(position);
  if (found !== undefined) return found;
  const event = await askJson<LogEvent>(`/events/${position}`, { signal });
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(position, event);
  return event;
}

/** A metadata member that is text. */
export function metadataOf({ metadata }: LogEvent, name: string): string | undefined {
  const value = metadata?.[name];
  return typeof value === 'string' ? value : undefined;
}
