import type { VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { askJson, Refusal } from '../api.ts';
import { follow } from '../streams.ts';
import { Causation } from './causation.ts';
import { EventLine } from './event-line.ts';
import type { LogEvent } from './events.ts';
import { html } from '../html.ts';
import { Empty, Trouble } from '../parts.ts';
import { amend, go, href, place } from '../router.ts';

const PAGE = 100;
/** Events that are kept on the page while it follows the log. */
const MOST_FOLLOWED = 1000;
const FILTERS = ['stream', 'type', 'correlation', 'since', 'until'] as const;

/** The log, the last event first: by stream, type, time and correlation; or as it grows. */
export function Page(): VNode {
  const { search } = place.value;
  const parameters = useMemo(() => new URLSearchParams(search), [search]);
  const at = parameters.get('at');
  const isFollowed = parameters.has('follow');
  const filters = useMemo(() => filtersOf(parameters), [parameters]);
  const { events, isMore, trouble, more } = useEvents(filters, at, isFollowed);
  const correlation = parameters.get('correlation');
  const toggle = (): void => {
    const next = new URLSearchParams(parameters);
    if (isFollowed) next.delete('follow');
    else next.set('follow', '1');
    next.delete('at');
    amend(`/log${next.size === 0 ? '' : `?${next}`}`);
  };
  return html`<header class="page-head">
      <h1>The log</h1>
      <span class="grow"></span>
      <button type="button" aria-pressed=${isFollowed} class=${isFollowed ? 'primary' : ''} onClick=${toggle}>
        ${isFollowed ? html`<span class="live-dot"></span>Following` : 'Follow'}
      </button>
    </header>
    <${Filters} parameters=${parameters} />
    ${trouble === undefined ? null : html`<${Trouble} refusal=${trouble} />`}
    ${correlation === null || events === undefined ? null : html`<${Causation} correlation=${correlation} />`}
    ${
      events === undefined
        ? html`<p class="waiting">${trouble === undefined ? 'Reading the log…' : ''}</p>`
        : html`<ol class="events" aria-label="Events">
            ${events.map((event) => html`<${EventLine} key=${event.position} event=${event} isOpen=${String(event.position) === at} />`)}
          </ol>`
    }
    ${
      events?.length === 0
        ? html`<${Empty} title=${filters.size > 0 ? 'No event matches' : 'The log is empty'}>
          <p>
            ${
              filters.size > 0
                ? html`<a href=${href('/log')}>Take the conditions away.</a>`
                : html`Append an event:
                    <code
                      >curl -d '{"stream":"order-1","type":"…","data":{}}' -H 'Content-Type: application/json'
                      …/events</code
                    >`
            }
          </p>
        </${Empty}>`
        : null
    }
    ${isMore ? html`<p class="more"><button type="button" onClick=${more}>Older events</button></p>` : null}`;
}

function filtersOf(parameters: URLSearchParams): URLSearchParams {
  const filters = new URLSearchParams();
  for (const name of FILTERS) {
    const value = parameters.get(name)?.trim() ?? '';
    if (value !== '') filters.set(name, name === 'since' || name === 'until' ? exact(value) : value);
  }
  return filters;
}

/** What a date field gives has no zone: it is the reader's. */
function exact(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : time.toISOString();
}

function useEvents(filters: URLSearchParams, at: string | null, isFollowed: boolean) {
  const [events, setEvents] = useState<readonly LogEvent[] | undefined>(undefined);
  const [isMore, setMore] = useState(false);
  const [trouble, setTrouble] = useState<Refusal | undefined>(undefined);
  const query = filters.toString();
  const read = async (
    before: number | undefined,
    known: readonly LogEvent[],
    signal?: AbortSignal,
  ): Promise<void> => {
    const asked = new URLSearchParams(query);
    asked.set('order', 'desc');
    asked.set('limit', String(PAGE));
    if (before !== undefined) asked.set('before', String(before));
    try {
      const page = await askJson<LogEvent[]>(`/events?${asked}`, { signal });
      if (signal?.aborted === true) return;
      setEvents([...known, ...page]);
      setMore(page.length === PAGE);
      setTrouble(undefined);
    } catch (error) {
      if (signal?.aborted === true) return;
      if (!(error instanceof Refusal)) throw error;
      setTrouble(error);
    }
  };
  useEffect(() => {
    const over = new AbortController();
    const from = at === null ? undefined : Number(at) + 6;
    void read(from, [], over.signal);
    return () => over.abort();
  }, [query, at]);
  const first = events?.[0]?.position;
  useEffect(() => {
    if (!isFollowed || events === undefined) return undefined;
    const over = new AbortController();
    const asked = new URLSearchParams(query);
    for (const name of ['since', 'until']) asked.delete(name);
    asked.set('after', String(first ?? 0));
    const hear = ({ data }: { readonly data: string }): void => {
      const event = JSON.parse(data) as LogEvent;
      setEvents((list = []) => [event, ...list].slice(0, MOST_FOLLOWED));
    };
    void follow(() => `/events?${asked}`, over.signal, hear, setTrouble);
    return () => over.abort();
  }, [isFollowed, query, events === undefined]);
  const more = (): void => void read(events?.at(-1)?.position, events ?? []);
  return { events, isMore: isMore && !isFollowed, trouble, more };
}

function Filters({ parameters }: { readonly parameters: URLSearchParams }): VNode {
  const submit = (event: Event): void => {
    event.preventDefault();
    const next = new URLSearchParams();
    for (const [name, value] of new FormData(event.target as HTMLFormElement))
      if (typeof value === 'string' && value !== '') next.set(name, value);
    if (parameters.has('follow')) next.set('follow', '1');
    go(`/log${next.size === 0 ? '' : `?${next}`}`);
  };
  return html`<form
    class="log-filters"
    onSubmit=${submit}
    onChange=${(event: Event) => (event.currentTarget as HTMLFormElement).requestSubmit()}
  >
    ${FILTERS.map(
      (name) =>
        html`<label class="field"
          >${name}<input
            key=${`${name}${parameters.get(name) ?? ''}`}
            name=${name}
            type=${name === 'since' || name === 'until' ? 'datetime-local' : 'search'}
            defaultValue=${parameters.get(name) ?? ''}
            autocomplete="off"
            spellcheck=${false}
        /></label>`,
    )}
    <button type="submit" class="hidden" tabindex="-1">Filter</button>
  </form>`;
}
