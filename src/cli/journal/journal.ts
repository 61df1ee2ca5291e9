import type { Notice } from '../../engine/states/notice.ts';
import type { Incident } from '../../signals/incident.ts';

export const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type Level = Exclude<(typeof LEVELS)[number], 'silent'>;

/** What a server writes of itself while it runs: one entry for each thing that matters, without payloads and tokens. */
export interface Journal {
  /** `event` names what happened, in words that stay the same; `text` says it to people. */
  write(level: Level, event: string, text: string, fields?: Readonly<Record<string, unknown>>): void;
  notice(notice: Notice): void;
  incident(incident: Incident): void;
  /** A fault that no caller could be told of. */
  fault(error: unknown): void;
  /** What the server ends with. True where it needs no other telling. */
  ends(error: unknown): boolean;
}

/** How much a notice matters. */
export function levelOf({ kind }: Notice): Level {
  if (kind === 'stopped') return 'error';
  return kind === 'waiting' || kind === 'parked' || kind === 'kept' || kind === 'orphaned' ? 'warn' : 'info';
}

export function incidentLevel(incident: Incident): Level {
  return incident.kind === 'request-failed' && incident.status === 500 ? 'error' : 'warn';
}

/** An incident as a line of text. */
export function describeIncident(incident: Incident): string {
  if (incident.kind === 'slow-query') {
    const { view, seconds, parameters, requestId = 'none' } = incident;
    const asked = parameters.length === 0 ? '' : ` (${parameters.join(', ')})`;
    return `A query of ${view}${asked} took ${seconds.toFixed(3)} s, request ${requestId}`;
  }
  const { method, route, status, code, requestId = 'none' } = incident;
  return `${method} ${route} was answered ${status} ${code}, request ${requestId}`;
}
