import { signal } from '@preact/signals';
import type { ComponentType, VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { html } from './html.ts';
import { Empty } from './parts.ts';
import { href, partsOf } from './router.ts';

type Page = ComponentType<{ readonly name: string }>;

/** What is under `/console/<kind>` is in `<kind>/page.ts`: the document names its modules too, so that they come at once. */
const LOAD: Readonly<Record<string, () => Promise<{ readonly Page: Page }>>> = {
  overview: () => import('./overview/page.ts'),
  views: () => import('./views/page.ts'),
  log: () => import('./log/page.ts'),
  'dead-letters': () => import('./dead-letters/page.ts'),
  projections: () => import('./projections/page.ts'),
};
/** Kinds whose pages are each about something that the path names. */
const NAMED = new Set(['views', 'projections']);

const loaded = signal<Readonly<Record<string, Page>>>({});
const isOutdated = signal(false);

/** Fetches the page under a path, unless it is there. */
export async function load(path: string): Promise<void> {
  const { kind } = partsOf(path);
  const loader = Object.hasOwn(LOAD, kind) ? LOAD[kind] : undefined;
  if (loader === undefined || loaded.peek()[kind] !== undefined) return;
  try {
    const { Page } = await loader();
    loaded.value = { ...loaded.peek(), [kind]: Page };
  } catch {
    // The server has other files by now, or is gone: either way this document is the old one.
    isOutdated.value = true;
  }
}

/** Fetches all other pages, so that going to one takes no time. */
export async function loadRest(): Promise<void> {
  for (const kind of Object.keys(LOAD)) await load(`/${kind}`);
}

/** The page under a path. */
export function PageAt({ path }: { readonly path: string }): VNode {
  const { kind, name } = partsOf(path);
  useEffect(() => void load(path), [kind]);
  const isThere = Object.hasOwn(LOAD, kind) && NAMED.has(kind) === (name !== '');
  if (!isThere)
    return html`<${Empty} title="There is no such page"><p><a href=${href('/')}>To the overview</a></p></${Empty}>`;
  const Page = loaded.value[kind];
  if (Page !== undefined) return html`<${Page} name=${name} />`;
  if (!isOutdated.value) return html`<p class="waiting">Loading the page…</p>`;
  return html`<${Empty} title="This page could not be loaded">
    <p>The server may have another version by now. <a href=${globalThis.location.href} target="_self">Load the console again</a>.</p>
  </${Empty}>`;
}
