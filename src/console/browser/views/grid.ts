import { Component, type VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { beginning, shown, visible } from '../format.ts';
import { html } from '../html.ts';
import type { KeyedRow } from './rows.ts';
import type { Column } from '../session.ts';
import { Slots } from './slots.ts';

export interface GridProps {
  /** Of the request: with another one, columns are as wide as they need to be, and no row is told to be new. */
  readonly path: string;
  readonly rows: readonly KeyedRow[];
  readonly columns: readonly Column[];
  /** The column that orders the rows, where it is one alone. */
  readonly order: { readonly column: string; readonly isDescending: boolean } | undefined;
  readonly chosen: string | undefined;
  readonly label: string;
  readonly onOrder: (column: string) => void;
  readonly onChoose: (row: KeyedRow) => void;
}

/** The rows of a view. A cell whose value changes while it is shown lights up. */
export function Grid(props: GridProps): VNode {
  const { path, rows, columns, order, label, onOrder } = props;
  const { slots, widths } = useMemo(() => ({ slots: new Slots(), widths: new Widths() }), [columns, path]);
  const places = slots.assign(rows);
  // Where most rows are new, that they are says nothing.
  const isQuiet = slots.entered > rows.length / 2;
  const columnWidths = widths.of(columns, rows);
  const whole = columnWidths.reduce((sum, width) => sum + width, 0);
  return html`<div class="grid-scroll" tabindex="0" role="region" aria-label=${label}>
    <table class="grid" style=${{ width: `max(100%, ${whole}ch)` }}>
      <colgroup>
        ${columnWidths.map((width) => html`<col style=${{ width: `${width}ch` }} />`)}
      </colgroup>
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
          (each, index) =>
            html`<${GridRow}
              key=${places[index]}
              keyed=${each}
              columns=${columns}
              isQuiet=${isQuiet}
              isChosen=${props.chosen === each.key}
              onChoose=${props.onChoose}
            />`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Columns are as wide as the widest value that they have had, so that nothing jumps while rows come and go. */
class Widths {
  readonly #widest: number[] = [];

  of(columns: readonly Column[], rows: readonly KeyedRow[]): readonly number[] {
    for (const [index, { name }] of columns.entries()) {
      const lengths = rows.map(({ row }) => widthOf(cellText(row[name])));
      this.#widest[index] = Math.min(MOST, Math.max(this.#widest[index] ?? 0, name.length + 2, ...lengths));
    }
    return this.#widest.slice(0, columns.length).map((width) => width + PADDING);
  }
}

/** Characters, the padding of a cell among them. */
const MOST = 40;
const PADDING = 4;

interface GridRowProps {
  readonly keyed: KeyedRow;
  readonly columns: readonly Column[];
  readonly isQuiet: boolean;
  readonly isChosen: boolean;
  readonly onChoose: (row: KeyedRow) => void;
}

/** Drawn again only where its row is another one: most rows of a frame are those of the frame before. */
class GridRow extends Component<GridRowProps> {
  #keyed: KeyedRow | undefined;
  /** How often each cell has changed: an animation begins anew when its name changes. */
  #changes: Record<string, number> = {};
  /** How often another row has come into this place. */
  #entries = 0;

  override shouldComponentUpdate(next: GridRowProps): boolean {
    const { keyed, columns, isChosen, onChoose } = this.props;
    return (
      next.keyed.row !== keyed.row ||
      next.keyed.key !== keyed.key ||
      next.columns !== columns ||
      next.isChosen !== isChosen ||
      next.onChoose !== onChoose
    );
  }

  override render({ keyed, columns, isChosen, onChoose }: GridRowProps): VNode {
    this.#notice(keyed, columns);
    const entered = this.#entries === 0 ? '' : `entered-${this.#entries % 2}`;
    return html`<tr class=${`${entered} ${isChosen ? 'chosen' : ''}`} onClick=${() => onChoose(keyed)}>
      ${columns.map((column, index) => {
        const text = cellText(keyed.row[column.name]);
        return html`<td key=${column.name} class=${this.#classOf(column, keyed)}>
          ${index === 0 ? html`<button type="button" class="row-button" aria-label=${`Story of ${text}`}>${text}</button>` : text}
        </td>`;
      })}
    </tr>`;
  }

  #notice(keyed: KeyedRow, columns: readonly Column[]): void {
    const before = this.#keyed;
    this.#keyed = keyed;
    if (before === undefined) return;
    if (before.key !== keyed.key) {
      this.#entries = this.props.isQuiet ? 0 : this.#entries + 1;
      this.#changes = {};
      return;
    }
    for (const { name } of columns)
      if (!isEqual(before.row[name], keyed.row[name])) this.#changes[name] = (this.#changes[name] ?? 0) + 1;
  }

  #classOf(column: Column, { row }: KeyedRow): string {
    const changes = this.#changes[column.name] ?? 0;
    const lit = changes === 0 ? '' : `lit-${changes % 2}`;
    return `${alignment(column)} ${lit} ${row[column.name] === null ? 'null' : ''}`;
  }
}

/** Characters; those of East Asian scripts, and pictures, are about twice as wide as others. */
function widthOf(text: string): number {
  if (!/[\u1100-\uffdc]/.test(text)) return text.length;
  return text.length + (text.match(/[\u1100-\ud7ff\uf900-\uffdc]/g)?.length ?? 0);
}

function cellText(value: unknown): string {
  return visible(beginning(shown(value), 200));
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
