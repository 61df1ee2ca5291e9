import type { VNode } from 'preact';
import { heardAt } from '../api.ts';
import { html } from '../html.ts';
import { Pill } from '../parts.ts';
import type { Status } from '../status.ts';

/** Of when the rows are, and whether they will change by themselves. */
export function StandingPill({
  isPast,
  status,
}: {
  readonly isPast: boolean;
  readonly status: Status | undefined;
}): VNode {
  if (isPast) return html`<${Pill} kind="past">the past</${Pill}>`;
  if (heardAt.value !== undefined) return html`<${Pill} kind="waiting">as last heard</${Pill}>`;
  // Streams that are left out do not keep the others.
  const state = status === undefined || status.state === 'parked' ? 'live' : status.state;
  return html`<${Pill} kind=${state}>${state}</${Pill}>`;
}
