import type { VNode } from 'preact';
import { html } from '../html.ts';
import { Empty } from '../parts.ts';

/** Why there are no rows, and how there could be some. */
export function NoRows({
  isPast,
  isFiltered,
}: {
  readonly isPast: boolean;
  readonly isFiltered: boolean;
}): VNode {
  if (isFiltered)
    return html`<${Empty} title="No row matches"><p>Take a condition away, or move the playhead.</p></${Empty}>`;
  if (isPast)
    return html`<${Empty} title="No rows yet at this moment"><p>Move the playhead on: rows appear as events make them.</p></${Empty}>`;
  return html`<${Empty} title="No rows yet"><p>Rows appear here as events make them: append one with <code>POST /events</code>.</p></${Empty}>`;
}
