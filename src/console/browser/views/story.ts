import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { askJson, Refusal } from '../api.ts';
import { count, counted, shown, visible } from '../format.ts';
import { html } from '../html.ts';
import { onKey } from '../keys.ts';
import { Empty, Pill, Time, Trouble } from '../parts.ts';
import { href } from '../router.ts';
import type { KeyedRow, Row } from './rows.ts';
import { Value } from './value.ts';
import { hasForViews, type View } from '../session.ts';

interface Entry {
  readonly position: number;
  readonly eventId: string;
  readonly stream: string;
  readonly type: string;
  readonly time: string;
  readonly change: 'insert' | 'update' | 'delete';
  readonly before: Row | null;
  readonly after: Row | null;
}

interface StoryProps {
  readonly view: View;
  readonly chosen: KeyedRow;
  /** Where the playhead stands, while it does not stand at the end. */
  readonly position: number | undefined;
  readonly onSeek: (position: number) => void;
  readonly onClose: () => void;
}

/** A row, and the events that made it: each with what it changed. */
export function Story({ view, chosen, position, onSeek, onClose }: StoryProps): VNode {
  const drawer = useRef<HTMLElement>(null);
  useEffect(() => keepFocus(drawer.current), []);
  useEffect(() => onKey({ Escape: onClose }), [onClose]);
  const title = view.primaryKey.map((name) => shown(chosen.row[name])).join(', ') || 'A row';
  return html`<aside ref=${drawer} class="drawer" tabindex="-1" aria-label=${`Story of ${title}`}>
    <header>
      <h2><bdi>${visible(title)}</bdi></h2>
      <span class="faint">in ${view.name}</span>
      <span class="grow"></span>
      <button type="button" class="quiet" aria-label="Close" onClick=${onClose}>×</button>
    </header>
    <dl class="row-values">
      ${Object.entries(chosen.row).map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd class=${value === null ? 'null' : ''}><${Value} value=${value} /></dd>
          </div>`,
      )}
    </dl>
    ${
      hasForViews('trace') && view.primaryKey.length > 0
        ? html`<${Entries} view=${view} chosen=${chosen} position=${position} onSeek=${onSeek} />`
        : null
    }
  </aside>`;
}

function Entries({ view, chosen, position, onSeek }: Omit<StoryProps, 'onClose'>): VNode {
  const [entries, setEntries] = useState<readonly Entry[] | undefined>(undefined);
  const [trouble, setTrouble] = useState<Refusal | undefined>(undefined);
  const key = view.primaryKey.map((name) => `key=${encodeURIComponent(shown(chosen.row[name]))}`).join('&');
  useEffect(() => {
    const over = new AbortController();
    void load(`/views/${encodeURIComponent(view.name)}/trace?${key}`, over.signal, setEntries, setTrouble);
    return () => over.abort();
  }, [key]);
  if (trouble !== undefined) return html`<${Trouble} refusal=${trouble} />`;
  if (entries === undefined) return html`<p class="waiting">Replaying the log for this row…</p>`;
  if (entries.length === 0) return html`<${Empty} title="No event made this row" />`;
  const last = position === undefined ? undefined : entries.findLast((entry) => entry.position <= position);
  return html`<h3>${counted(entries.length, 'event')} made it</h3>
    <ol class="story">
      ${entries.map(
        (entry) =>
          html`<li key=${entry.position} aria-current=${entry === last ? 'step' : undefined}>
          <header>
            <a class="type" href=${href(`/log?at=${entry.position}`)}>${entry.type}</a>
            <${Pill} kind=${entry.change}>${entry.change}</${Pill}>
            <span class="grow"></span>
            <button type="button" class="quiet small" title="Move the playhead here" onClick=${() => onSeek(entry.position)}>
              ▸ ${count(entry.position)}
            </button>
          </header>
          <p class="faint"><${Time} iso=${entry.time} /> · <bdi>${visible(entry.stream)}</bdi></p>
          <${Difference} before=${entry.before} after=${entry.after} />
        </li>`,
      )}
    </ol>`;
}

/** The drawer has the focus while it is there; then whatever had it before, if that is still there. */
function keepFocus(drawer: HTMLElement | null): () => void {
  const before = document.activeElement;
  drawer?.focus({ preventScroll: true });
  return () => {
    if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
  };
}

async function load(
  path: string,
  signal: AbortSignal,
  tell: (entries: readonly Entry[]) => void,
  fail: (refusal: Refusal) => void,
): Promise<void> {
  try {
    const { entries } = await askJson<{ entries: readonly Entry[] }>(path, { signal });
    if (!signal.aborted) tell(entries);
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Refusal)) throw error;
    fail(error);
  }
}

/** What an event changed of a row. */
function Difference({ before, after }: { readonly before: Row | null; readonly after: Row | null }): VNode {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const different = names.filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]));
  return html`<table class="difference">
    <tbody>
      ${different.map(
        (name) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td>${before === null ? '' : html`<del><${Value} value=${before[name]} /></del>`}</td>
            <td>${after === null ? '' : html`<ins><${Value} value=${after[name]} /></ins>`}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
