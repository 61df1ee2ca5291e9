import { signal } from '@preact/signals';

const mount = document.querySelector('meta[name="projectionist-mount"]')?.getAttribute('content') ?? '';

/** Where the page is, below `/console`. */
export interface Place {
  /** Such as `/views/orders`; '/' for the first page. */
  readonly path: string;
  readonly search: string;
  readonly hash: string;
}

function current(): Place {
  const { pathname, search, hash } = globalThis.location;
  return { path: pathname.slice(`${mount}/console`.length) || '/', search, hash };
}

export const place = signal<Place>(current());

/** What kind of page a path is of, and what it is about: `/views/orders` is of the kind `views`. */
export function partsOf(path: string): { readonly kind: string; readonly name: string } {
  const [, kind = '', name = ''] = path.split('/');
  return { kind: kind === '' ? 'overview' : kind, name: decoded(name) };
}

/** Somebody may type an address that no escape makes sense of. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The address of a page of the console. */
export function href(path: string): string {
  return `${mount}/console${path === '/' ? '' : path}`;
}

/** The address of something in the API. */
export function apiUrl(path: string): string {
  return `${mount}${path}`;
}

export function go(path: string): void {
  history.pushState(null, '', href(path));
  place.value = current();
  globalThis.scrollTo(0, 0);
}

/** The same page with another query or mark: no step that the back button would stop at. */
export function amend(path: string): void {
  history.replaceState(null, '', href(path));
  place.value = current();
}

/** Links inside the console change the page without loading it. */
export function followLinks(): void {
  globalThis.addEventListener('popstate', () => {
    place.value = current();
  });
  document.addEventListener('click', (event) => {
    const link = (event.target as Element | null)?.closest?.('a');
    const isPlain =
      event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !isPlain || event.defaultPrevented || link.target !== '' || link.hasAttribute('download'))
      return;
    const url = new URL(link.href);
    const isOurs = url.pathname === href('/') || url.pathname.startsWith(`${href('/')}/`);
    if (url.origin !== globalThis.location.origin || !isOurs) return;
    event.preventDefault();
    go(`${url.pathname.slice(href('/').length)}${url.search}${url.hash}` || '/');
  });
}
