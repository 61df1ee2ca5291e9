import type { VNode } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { html } from '../html.ts';
import { Empty, Trouble } from '../parts.ts';
import { ConcernList } from '../projections/concern-list.ts';
import { concerns } from '../projections/current-concerns.ts';
import { amend, href, place } from '../router.ts';
import { type View, views } from '../session.ts';
import { statuses } from '../statuses.ts';
import { Address } from './address.ts';
import { FilterBar } from './filter-bar.ts';
import { Grid, type GridProps } from './grid.ts';
import { NoRows } from './no-rows.ts';
import { Pager } from './pager.ts';
import { Playhead } from './playhead.ts';
import { changed, columnsOf, keyedPath, nextOrder, readable, readQuery } from './query.ts';
import type { KeyedRow } from './rows.ts';
import { StandingPill } from './standing-pill.ts';
import { Story } from './story.ts';
import { useTotal } from './total.ts';
import { usePlayer } from './use-player.ts';

/** A view: its rows by the query API's own query, as of now or of any moment. */
export function Page({ name }: { readonly name: string }): VNode {
  const view = views.value?.find((candidate) => candidate.name === name);
  // Where the log ends is to be known before the playhead stands in it.
  if (statuses.value === undefined) return html`<p class="waiting">Asking the server…</p>`;
  if (view !== undefined) return html`<${Rows} key=${name} view=${view} />`;
  return html`<${Empty} title=${`There is no view ${name}`}>
    <p>Views are there once their projection's first generation is built. See the <a href=${href('/')}>overview</a>.</p>
  </${Empty}>`;
}

function Rows({ view }: { readonly view: View }): VNode {
  const { search, hash } = place.value;
  const query = useMemo(() => readQuery(search), [search]);
  const path = keyedPath(view, query);
  const player = usePlayer(path, view, hash);
  const [picked, setPicked] = useState<KeyedRow | undefined>(undefined);
  const { frame } = player;
  const rows = frame.value?.rows;
  // As it is at the moment that is looked at; as it was last, while it is not among the rows
  const chosen = picked && (rows?.find(({ key }) => key === picked.key) ?? picked);
  const total = useTotal(view, query, player.isPast.value ? undefined : frame.value?.position);
  const status = statuses.value?.find(({ name }) => name === view.projection);
  useEffect(() => player.reached(status?.position ?? 0), [player, status?.position]);
  const show = useCallback(
    (next: URLSearchParams) =>
      amend(`/views/${encodeURIComponent(view.name)}${next.size === 0 ? '' : `?${readable(next)}`}`),
    [view],
  );
  const forget = useCallback(() => setPicked(undefined), []);
  const order = (column: string): void => show(changed(query, { order: nextOrder(query, column) }));
  const columns = useMemo(
    () => columnsOf(view, query, rows),
    [view, query, rows === undefined || rows.length === 0],
  );
  const wrong = concerns.value.filter(({ projection }) => projection === view.projection);
  const isRefused = player.problem.value !== undefined;
  const table = useTable(rows && { path, rows, columns, order: query.order }, isRefused);
  const isStale = rows === undefined || player.replayed.value !== undefined;
  return html`<header class="page-head">
      <h1>${view.name}</h1>
      <span class="faint"
        >of <a href=${href(`/projections/${encodeURIComponent(view.projection)}`)}>${view.projection}</a>${
          status?.generation ? `, generation ${status.generation}` : ''
        }</span
      >
      <${StandingPill} isPast=${player.isPast.value} status=${status} />
    </header>
    ${wrong.length === 0 ? null : html`<${ConcernList} concerns=${wrong} />`}
    <${FilterBar} view=${view} query=${query} onChange=${show} />
    <${Address}
      view=${view}
      query=${query}
      position=${player.isPast.value ? Math.floor(frame.value?.position ?? player.position.value) : undefined}
      onChange=${show}
    />
    ${player.problem.value === undefined ? null : html`<${Trouble} refusal=${player.problem.value} />`}
    <div class=${isStale ? 'rows stale' : 'rows'}>
      ${
        table === undefined
          ? html`<p class="waiting">${isRefused ? '' : 'Asking for rows…'}</p>`
          : html`<${Grid}
              ...${table}
              chosen=${chosen?.key}
              label=${`Rows of ${view.name}`}
              onOrder=${order}
              onChoose=${setPicked}
            />`
      }
      ${rows?.length === 0 ? html`<${NoRows} isPast=${player.isPast.value} isFiltered=${query.filters.length > 0} />` : null}
    </div>
    <${Pager}
      query=${query}
      shown=${rows?.length ?? 0}
      total=${player.isPast.value ? undefined : total}
      onChange=${show}
    />
    <${Playhead} player=${player} />
    ${
      chosen === undefined
        ? null
        : html`<${Story}
            key=${chosen.key}
            view=${view}
            chosen=${chosen}
            position=${player.isPast.value ? Math.floor(player.position.value) : undefined}
            onSeek=${(position: number) => {
              player.pause();
              player.seek(position);
              player.settle();
            }}
            onClose=${forget}
          />`
    }`;
}

type Table = Pick<GridProps, 'path' | 'rows' | 'columns' | 'order'>;

/** What is in the table: while rows are asked for, those of the query before, so that whoever is in it stays there. */
function useTable(next: Table | undefined, isRefused: boolean): Table | undefined {
  const shown = useRef<Table | undefined>(undefined);
  if (next !== undefined || isRefused) shown.current = next;
  return shown.current;
}
