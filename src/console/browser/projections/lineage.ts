import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { html } from '../html.ts';

export interface LineageEntry {
  readonly view: string;
  readonly column: string;
  /** Such as `order.placed: data.total`. */
  readonly from: readonly string[];
}

interface Item {
  readonly id: string;
  readonly label: string;
  readonly y: number;
}

interface Side {
  readonly groups: readonly { readonly name: string; readonly y: number }[];
  readonly items: readonly Item[];
  readonly height: number;
}

const LINE = 22;
const GROUP_GAP = 14;
const WIDTH = 860;
/** Where the fields end, and the columns begin. */
const LEFT = 300;
const RIGHT = 600;

/** Which field of which event feeds which column, drawn; what belongs to one of them is brought out. */
export function Lineage({ entries }: { readonly entries: readonly LineageEntry[] }): VNode {
  const [held, setHeld] = useState<string | undefined>(undefined);
  const links = entries.flatMap(({ view, column, from }) =>
    from.map((source) => ({ source, target: `${view}.${column}` })),
  );
  const left = side(grouped([...new Set(links.map(({ source }) => source))], ': '));
  const right = side(grouped([...new Set(links.map(({ target }) => target))], '.'));
  const height = Math.max(left.height, right.height);
  const yOf = new Map([...left.items, ...right.items].map(({ id, y }) => [id, y]));
  const isHeld = (source: string, target: string): boolean => held === source || held === target;
  const state = (id: string): string => {
    if (held === undefined) return '';
    return held === id ||
      links.some(({ source, target }) => isHeld(source, target) && (source === id || target === id))
      ? 'held'
      : 'dim';
  };
  const item = ({ id, label, y }: Item, x: number, anchor: string): VNode =>
    html`<text
      x=${x}
      y=${y + 4}
      text-anchor=${anchor}
      class=${`lineage-item ${state(id)} ${label === '(constant)' ? 'constant' : ''}`}
      onPointerEnter=${() => setHeld(id)}
      onPointerLeave=${() => setHeld(undefined)}
      >${label}</text
    >`;
  return html`<div class="lineage-scroll" tabindex="0" role="region" aria-label="Lineage">
      <svg
        class="lineage"
        viewBox=${`0 0 ${WIDTH} ${height}`}
        width=${WIDTH}
        height=${height}
        role="img"
        aria-label=${`${links.length} links from event fields to columns; listed below`}
      >
        ${links.map(({ source, target }) => {
          const [from, to] = [yOf.get(source) as number, yOf.get(target) as number];
          const middle = (LEFT + RIGHT) / 2;
          const dim = held !== undefined && !isHeld(source, target);
          return html`<path
            d=${`M${LEFT + 8} ${from} C${middle} ${from} ${middle} ${to} ${RIGHT - 8} ${to}`}
            class=${`lineage-link ${dim ? 'dim' : ''} ${held !== undefined && !dim ? 'held' : ''} ${source.endsWith('(constant)') ? 'constant' : ''}`}
          />`;
        })}
        ${left.groups.map(({ name, y }) => html`<text x=${LEFT} y=${y + 4} text-anchor="end" class="lineage-group">${name}</text>`)}
        ${right.groups.map(({ name, y }) => html`<text x=${RIGHT} y=${y + 4} class="lineage-group">${name}</text>`)}
        ${left.items.map((each) => item(each, LEFT, 'end'))}
        ${right.items.map((each) => item(each, RIGHT, 'start'))}
      </svg>
    </div>
    <details>
      <summary>As a list</summary>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">From</th>
          </tr>
        </thead>
        <tbody>
          ${entries.map(
            ({ view, column, from }) =>
              html`<tr>
                <td><code>${view}.${column}</code></td>
                <td>${from.map((source) => html`<code class="block">${source}</code>`)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </details>`;
}

function grouped(ids: readonly string[], separator: string): Map<string, string[]> {
  return Map.groupBy(ids, (id) => id.slice(0, id.indexOf(separator)));
}

function side(groups: ReadonlyMap<string, readonly string[]>): Side {
  const heads: { name: string; y: number }[] = [];
  const items: Item[] = [];
  let y = LINE / 2;
  for (const [name, ids] of groups) {
    heads.push({ name, y });
    for (const id of ids) {
      y += LINE;
      items.push({ id, label: id.slice(name.length).replace(/^(: |\.)/, ''), y });
    }
    y += LINE + GROUP_GAP;
  }
  return { groups: heads, items, height: y };
}
