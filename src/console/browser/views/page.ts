import type { VNode } from 'preact';
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { ask, Refusal } from '../api.ts';
import { count } from '../format.ts';
import { FilterBar } from './filter-bar.ts';
import { Grid } from './grid.ts';
import { html } from '../html.ts';
import { onKey } from '../keys.ts';
import { Copy, Empty, Pill, Trouble } from '../parts.ts';
import { Playhead } from './playhead.ts';
import { Player } from './player.ts';
import { amend, apiUrl, href, place } from '../router.ts';
import type { KeyedRow } from './rows.ts';
import { type Column, type View, views } from '../session.ts';
import { statuses } from '../statuses.ts';
import { Story } from './story.ts';
import { apiPath, changed, keyedPath, readable, readQuery, type ViewQuery } from './query.ts';

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
  const [chosen, setChosen] = useState<KeyedRow | undefined>(undefined);
  const { frame } = player;
  const rows = frame.value?.rows;
  const total = useTotal(view, query, player.isPast.value ? undefined : frame.value?.position);
  const status = statuses.value?.find(({ name }) => name === view.projection);
  useEffect(() => player.reached(status?.position ?? 0), [player, status?.position]);
  const show = useCallback(
    (next: URLSearchParams) =>
      amend(`/views/${encodeURIComponent(view.name)}${next.size === 0 ? '' : `?${readable(next)}`}`),
    [view],
  );
  const order = (column: string): void => show(changed(query, { order: nextOrder(query, column) }));
  const columns = useMemo(
    () => columnsOf(view, query, rows),
    [view, query, rows === undefined || rows.length === 0],
  );
  return html`<header class="page-head">
      <h1>${view.name}</h1>
      <span class="faint"
        >of <a href=${href(`/projections/${encodeURIComponent(view.projection)}`)}>${view.projection}</a>${
          status?.generation ? `, generation ${status.generation}` : ''
        }</span
      >
      ${player.isPast.value ? html`<${Pill} kind="past">the past</${Pill}>` : html`<${Pill} kind="live">live</${Pill}>`}
    </header>
    <${FilterBar} view=${view} query=${query} onChange=${show} />
    <${Address}
      view=${view}
      query=${query}
      position=${player.isPast.value ? Math.floor(frame.value?.position ?? 0) : undefined}
      onChange=${show}
    />
    ${player.problem.value === undefined ? null : html`<${Trouble} refusal=${player.problem.value} />`}
    <div class="rows">
      ${
        rows === undefined
          ? html`<p class="waiting">${player.problem.value === undefined ? 'Asking for rows…' : ''}</p>`
          : html`<${Grid}
              key=${path}
              rows=${rows}
              columns=${columns}
              order=${query.order}
              chosen=${chosen?.key}
              label=${`Rows of ${view.name}`}
              onOrder=${order}
              onChoose=${setChosen}
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
            onSeek=${(position: number) => {
              player.pause();
              player.seek(position);
              player.settle();
            }}
            onClose=${() => setChosen(undefined)}
          />`
    }`;
}

/** A player for as long as the query is the same. Another query keeps the moment that is looked at. */
function usePlayer(path: string, view: View, hash: string): Player {
  const [held] = useState<{ player?: Player }>({});
  const player = useMemo(() => {
    const before = held.player;
    const next = new Player(path, view.primaryKey);
    const asked = Number(/^#(\d+)$/.exec(hash)?.[1] ?? Number.NaN);
    if (before !== undefined) {
      next.end.value = before.end.peek();
      next.speed.value = before.speed.peek();
      if (before.isPast.peek()) next.seek(before.position.peek());
    } else if (!Number.isNaN(asked)) {
      next.end.value = Math.max(
        asked,
        statuses.peek()?.find(({ name }) => name === view.projection)?.position ?? 0,
      );
      next.seek(asked);
    }
    next.settle();
    before?.close();
    held.player = next;
    return next;
  }, [path]);
  useEffect(() => () => held.player?.close(), []);
  useEffect(
    () =>
      onKey({
        ' ': () => player.toggle(),
        ArrowLeft: () => player.step(-1),
        ArrowRight: () => player.step(1),
        Home: () => player.step(-player.end.peek()),
        End: () => player.now(),
      }),
    [player],
  );
  useEffect(() => rememberMoment(player), [player]);
  return player;
}

/** The address names the moment that is looked at, so that it can be sent to somebody. */
function rememberMoment(player: Player): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = player.position.subscribe(() => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (player.isPlaying.peek()) return;
      const { path, search, hash } = place.peek();
      const wanted = player.isPast.peek() ? `#${Math.floor(player.position.peek())}` : '';
      if (wanted !== hash) amend(`${path}${search}${wanted}`);
    }, 250);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}

/** How many rows there are in all; asked for at rest, and not for each change. */
function useTotal(view: View, query: ViewQuery, position: number | undefined): number | undefined {
  const [total, setTotal] = useState<number | undefined>(undefined);
  const parameters = changed(query, { limit: '0', select: null, order: null });
  const path = `/views/${encodeURIComponent(view.name)}?${parameters}`;
  useEffect(() => {
    if (position === undefined) return undefined;
    const over = new AbortController();
    const timer = setTimeout(() => void countRows(path, over.signal).then(setTotal), 200);
    return () => {
      clearTimeout(timer);
      over.abort();
    };
  }, [path, position]);
  return total;
}

async function countRows(path: string, signal: AbortSignal): Promise<number | undefined> {
  try {
    const response = await ask(path, { headers: { Prefer: 'count=exact' }, signal });
    const total = response.headers.get('Content-Range')?.split('/')[1];
    return total === undefined || total === '*' ? undefined : Number(total);
  } catch (error) {
    // The rows' own request says what is wrong; without a number the page is turned all the same.
    if (error instanceof Refusal || signal.aborted) return undefined;
    throw error;
  }
}

function nextOrder({ order }: ViewQuery, column: string): string | null {
  if (order?.column !== column) return column;
  return order.isDescending ? null : `${column}.desc`;
}

/** The columns of the answer: those of the view, or what `select` makes of them. */
function columnsOf(view: View, query: ViewQuery, rows: readonly KeyedRow[] | undefined): readonly Column[] {
  if (!query.parameters.has('select')) return view.columns;
  const names = Object.keys(rows?.[0]?.row ?? {});
  return names.map(
    (name) =>
      view.columns.find((column) => column.name === name) ?? {
        name,
        type: 'any',
        kind: 'any',
        nullable: true,
      },
  );
}

interface AddressProps {
  readonly view: View;
  readonly query: ViewQuery;
  readonly position: number | undefined;
  readonly onChange: (parameters: URLSearchParams) => void;
}

/** The request that gives the same rows: to be read, edited and copied. */
function Address({ view, query, position, onChange }: AddressProps): VNode {
  const path = apiPath(view, query);
  const url = `${globalThis.location.origin}${apiUrl(path)}`;
  const prefer = position === undefined ? '' : ` -H 'Prefer: as-of=${position}'`;
  const [, text = ''] = path.split('?');
  const submit = (event: Event): void => {
    event.preventDefault();
    const input = (event.target as HTMLFormElement).elements.namedItem('query') as HTMLInputElement;
    onChange(new URLSearchParams(input.value));
  };
  return html`<form class="address" onSubmit=${submit}>
    <code aria-hidden="true">GET ${apiUrl(`/views/${view.name}`)}?</code>
    <input
      name="query"
      key=${text}
      defaultValue=${text}
      aria-label="Query string of the request"
      spellcheck=${false}
      autocomplete="off"
    />
    ${position === undefined ? null : html`<code class="prefer">Prefer: as-of=${position}</code>`}
    <${Copy} text=${url} label="Copy URL" />
    <${Copy} text=${`curl '${url.replaceAll("'", '%27')}'${prefer}`} label="curl" />
  </form>`;
}

interface PagerProps {
  readonly query: ViewQuery;
  readonly shown: number;
  readonly total: number | undefined;
  readonly onChange: (parameters: URLSearchParams) => void;
}

function Pager({ query, shown, total, onChange }: PagerProps): VNode {
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

function NoRows({ isPast, isFiltered }: { readonly isPast: boolean; readonly isFiltered: boolean }): VNode {
  if (isFiltered)
    return html`<${Empty} title="No row matches"><p>Take a condition away, or move the playhead.</p></${Empty}>`;
  if (isPast)
    return html`<${Empty} title="No rows yet at this moment"><p>Move the playhead on: rows appear as events make them.</p></${Empty}>`;
  return html`<${Empty} title="No rows yet"><p>Rows appear here as events make them: append one with <code>POST /events</code>.</p></${Empty}>`;
}
