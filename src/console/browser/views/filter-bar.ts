import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../html.ts';
import { onKey } from '../keys.ts';
import type { View } from '../session.ts';
import { type Filter, OPERATORS, type ViewQuery, withFilter, withoutFilter } from './query.ts';

interface FilterBarProps {
  readonly view: View;
  readonly query: ViewQuery;
  readonly onChange: (parameters: URLSearchParams) => void;
}

/** The conditions of a query, each to be taken away, and a form for one more. */
export function FilterBar({ view, query, onChange }: FilterBarProps): VNode {
  const form = useRef<HTMLFormElement>(null);
  const [column, setColumn] = useState(view.columns[0]?.name ?? '');
  const [operator, setOperator] = useState('eq');
  const [value, setValue] = useState('');
  useEffect(() => onKey({ '/': () => form.current?.querySelector('input')?.focus() }), []);
  const add = (event: Event): void => {
    event.preventDefault();
    if (value === '') return;
    onChange(withFilter(query, { column, operator, value }));
    setValue('');
  };
  const values = view.columns.find(({ name }) => name === column)?.values ?? [];
  return html`<div class="filters">
    ${query.filters.map(
      (filter) =>
        html`<span class="chip filter" key=${`${filter.column}=${filter.operator}.${filter.value}`}>
          ${filter.column} <span class="faint">${wordsOf(filter)}</span> <bdi>${filter.value}</bdi>
          <button
            type="button"
            class="drop"
            aria-label=${`Take away ${filter.column} ${wordsOf(filter)} ${filter.value}`}
            onClick=${() => onChange(withoutFilter(query, filter))}
          >
            ×
          </button>
        </span>`,
    )}
    <form ref=${form} onSubmit=${add} class="filter-form">
      <select
        aria-label="Column"
        value=${column}
        onChange=${(event: Event) => setColumn((event.target as HTMLSelectElement).value)}
      >
        ${view.columns.map(({ name }) => html`<option value=${name}>${name}</option>`)}
      </select>
      <select
        aria-label="Condition"
        value=${operator}
        onChange=${(event: Event) => setOperator((event.target as HTMLSelectElement).value)}
      >
        ${OPERATORS.map(([name, words]) => html`<option value=${name}>${words}</option>`)}
      </select>
      <input
        aria-label="Value"
        placeholder="value  /"
        value=${value}
        list="filter-values"
        autocomplete="off"
        onInput=${(event: Event) => setValue((event.target as HTMLInputElement).value)}
      />
      <datalist id="filter-values">${values.map((each) => html`<option value=${each}></option>`)}</datalist>
      <button type="submit" class="small" disabled=${value === ''}>Filter</button>
    </form>
  </div>`;
}

function wordsOf({ operator }: Filter): string {
  const negated = operator.startsWith('not.');
  const plain = negated ? operator.slice(4) : operator;
  const words = OPERATORS.find(([name]) => name === plain)?.[1] ?? plain;
  return negated ? `not: ${words}` : words;
}
