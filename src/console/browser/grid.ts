import { Component, type VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { shown } from './format.ts';
import { html } from './html.ts';
import type { KeyedRow, Row } from './rows.ts';
import type { Column } from './session.ts';

export interface GridProps {
  readonly rows: readonly KeyedRow[];
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  /** The column that orders the rows, where it is one alone. */
  readonly order: { readonly column: string; readonly isDescending: boolean } | undefined;
  readonly chosen: string | undefined;
  readonly label: string;
  readonly onOrder: (column: string) => void;
  readonly onChoose: (row: KeyedRow) => void;
}

/** The rows of a view. A cell whose value changes while it is shown lights up. */
export function Grid(props: GridProps): VNode {
  const { rows, columns, order, label, onOrder } = props;
  const seen = useRef<ReadonlySet<string> | undefined>(undefined);
  const before = seen.current;
  seen.current = new Set(rows.map(({ key }) => key));
  return html`<div class="grid-scroll" tabindex="0" role="region" aria-label=${label}>
    <table class="grid">
      <thead>
        <tr>
          ${columns.map(
            (column) =>
              html`<th
                key=${column.name}
                scope="col"
                class=${alignment(column)}
                aria-sort=${sortOf(column, order)}
              >
                <button type="button" class="sort" onClick=${() => onOrder(column.name)}>
                  ${column.name}<span class="arrow" aria-hidden="true">${arrow(column, order)}</span>
                </button>
              </th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (each) =>
            html`<${GridRow}
              key=${each.key}
              keyed=${each}
              columns=${columns}
              isNew=${before !== undefined && before.size > 0 && !before.has(each.key)}
              isChosen=${props.chosen === each.key}
              onChoose=${props.onChoose}
            />`,
        )}
      </tbody>
    </table>
  </div>`;
}

interface GridRowProps {
  readonly keyed: KeyedRow;
  readonly columns: readonly Column[];
  readonly isNew: boolean;
  readonly isChosen: boolean;
  readonly onChoose: (row: KeyedRow) => void;
}

/** Drawn again only where its row is another one: most rows of a frame are those of the frame before. */
class GridRow extends Component<GridRowProps> {
  /** How often each cell has changed: an animation begins anew when its name changes. */
  readonly #changes: Record<string, number> = {};
  #row: Row | undefined;

  override shouldComponentUpdate(next: GridRowProps): boolean {
    const { keyed, columns, isChosen, onChoose } = this.props;
    return (
      next.keyed.row !== keyed.row ||
      next.columns !== columns ||
      next.isChosen !== isChosen ||
      next.onChoose !== onChoose
    );
  }

  override render({ keyed, columns, isNew, isChosen, onChoose }: GridRowProps): VNode {
    const before = this.#row;
    this.#row = keyed.row;
    const choose = (): void => onChoose(keyed);
    return html`<tr
      class=${`${isNew && before === undefined ? 'entered' : ''} ${isChosen ? 'chosen' : ''}`}
      onClick=${choose}
    >
      ${columns.map((column, index) => {
        const value = keyed.row[column.name];
        if (before !== undefined && !isEqual(before[column.name], value))
          this.#changes[column.name] = (this.#changes[column.name] ?? 0) + 1;
        const changes = this.#changes[column.name] ?? 0;
        const lit = changes === 0 ? '' : `lit-${changes % 2}`;
        const content =
          index === 0
            ? html`<button type="button" class="row-button" aria-label=${`Story of ${shown(value)}`}>
                ${cellText(value)}
              </button>`
            : cellText(value);
        return html`<td
          key=${column.name}
          class=${`${alignment(column)} ${lit} ${value === null ? 'null' : ''}`}
        >
          ${content}
        </td>`;
      })}
    </tr>`;
  }
}

function cellText(value: unknown): string {
  const text = shown(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function isEqual(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
}

function alignment({ kind }: Column): string {
  return kind === 'number' || kind === 'bigint' ? 'number' : '';
}

function sortOf({ name }: Column, order: GridProps['order']): string {
  if (order?.column !== name) return 'none';
  return order.isDescending ? 'descending' : 'ascending';
}

function arrow({ name }: Column, order: GridProps['order']): string {
  if (order?.column !== name) return '';
  return order.isDescending ? '↓' : '↑';
}
