import type { VNode } from 'preact';
import { hasToken } from '../api.ts';
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

/** No URL of the API means a moment, as that is in a header; one of the console does. */
function momentUrl(position: number): string {
  return `${globalThis.location.href.replace(/#.*$/, '')}#${position}`;
}

/** The request that gives the same rows: to be read, edited and copied. */
export function Address({ view, query, position, onChange }: AddressProps): VNode {
  const path = apiPath(view, query);
  const url = `${globalThis.location.origin}${apiUrl(path)}`;
  const prefer = position === undefined ? '' : ` -H 'Prefer: as-of=${position}'`;
  const token = hasToken() ? ' -H "Authorization: Bearer $TOKEN"' : '';
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
    ${
      position === undefined
        ? html`<${Copy} text=${url} label="Copy URL" />`
        : html`<${Copy}
            text=${momentUrl(position)}
            label="Copy link"
            title="A link to this moment in the console"
          />`
    }
    <${Copy} text=${`curl '${url.replaceAll("'", '%27')}'${prefer}${token}`} label="curl" />
  </form>`;
}
