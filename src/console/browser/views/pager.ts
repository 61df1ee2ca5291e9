import type { VNode } from 'preact';
import { count } from '../format.ts';
import { html } from '../html.ts';
import { changed, type ViewQuery } from './query.ts';

interface PagerProps {
  readonly query: ViewQuery;
  readonly shown: number;
  readonly total: number | undefined;
  readonly onChange: (parameters: URLSearchParams) => void;
}

export function Pager({ query, shown, total, onChange }: PagerProps): VNode {
  const { offset, limit } = query;
  const turn = (to: number): void => onChange(changed(query, { offset: to <= 0 ? null : String(to) }));
  const range = shown === 0 ? 'No rows' : `Rows ${count(offset + 1)} to ${count(offset + shown)}`;
  return html`<nav class="pager" aria-label="Pages">
    <span>${range}${total === undefined ? '' : html` <span class="faint">of ${count(total)}</span>`}</span>
    <span class="grow"></span>
    <label class="faint"
      >a page of${' '}
      <select
        value=${String(limit)}
        onChange=${(event: Event) => onChange(changed(query, { limit: (event.target as HTMLSelectElement).value }))}
      >
        ${[...new Set([10, 25, 50, 100, limit])].toSorted((a, b) => a - b).map((size) => html`<option value=${String(size)}>${size}</option>`)}
      </select></label
    >
    <button type="button" class="small" disabled=${offset === 0} onClick=${() => turn(offset - limit)}>
      Previous
    </button>
    <button
      type="button"
      class="small"
      disabled=${total === undefined ? shown < limit : offset + limit >= total}
      onClick=${() => turn(offset + limit)}
    >
      Next
    </button>
  </nav>`;
}
