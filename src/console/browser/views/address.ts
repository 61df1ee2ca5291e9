import type { VNode } from 'preact';
import { html } from '../html.ts';
import { Copy } from '../parts.ts';
import { apiUrl } from '../router.ts';
import type { View } from '../session.ts';
import { apiPath, type ViewQuery } from './query.ts';

interface AddressProps {
  readonly view: View;
  readonly query: ViewQuery;
  readonly position: number | undefined;
  readonly onChange: (parameters: URLSearchParams) => void;
}

/** The request that gives the same rows: to be read, edited and copied. */
export function Address({ view, query, position, onChange }: AddressProps): VNode {
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
