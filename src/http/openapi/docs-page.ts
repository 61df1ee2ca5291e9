import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { OpenApiDocument } from './document.ts';
import type { Schema } from './json-schema-of-column.ts';

type Html = ReturnType<typeof html>;

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly description?: string;
}

interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> };
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

interface Entry {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
  readonly parameters: readonly Parameter[];
}

export const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
details { border: 1px solid #8886; border-radius: 6px; margin: .5rem 0; padding: .25rem .75rem; }
summary { cursor: pointer; }
code, pre { font: 13px/1.4 ui-monospace, monospace; }
pre { overflow: auto; background: #8882; padding: .75rem; border-radius: 6px; }
table { border-collapse: collapse; width: 100%; }
td { border-top: 1px solid #8884; padding: .25rem .75rem .25rem 0; vertical-align: top; }
b.method { display: inline-block; width: 3.5rem; text-transform: uppercase; }
`;

/** For the page's Content-Security-Policy: this style and no other, and no script at all. */
export const STYLE_HASH = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;

/**
 * The OpenAPI document as a page to read. It needs no script, and nothing from anywhere else. The style's element is
 * written whole: a blank beside it would change its hash, and the browser would refuse it.
 */
export function docsPage(document: OpenApiDocument, style: string): Html {
  const entries = entriesOf(document);
  const [server] = document.servers;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${document.info.title}</title>
        ${raw(`<style>${style}</style>`)}
      </head>
      <body>
        <h1>${document.info.title}</h1>
        <p>
          ${document.info.description.replaceAll('`', '')} For machines:
          <a href="openapi.json">openapi.json</a>
        </p>
        ${document.tags.map(({ name }) =>
          section(
            name,
            entries.filter(({ operation }) => operation.tags?.includes(name)),
            server?.url ?? '/',
          ),
        )}
        <h2>Schemas</h2>
        ${Object.entries(document.components.schemas).map(([name, schema]) => schemaDetails(name, schema))}
      </body>
    </html>`;
}

function entriesOf(document: OpenApiDocument): Entry[] {
  return Object.entries(document.paths).flatMap(([path, item]) => {
    const { parameters = [], ...operations } = item as { parameters?: readonly Parameter[] };
    return Object.entries(operations as Record<string, Operation>).map(([method, operation]) => ({
      path,
      method,
      operation,
      parameters: [...parameters, ...(operation.parameters ?? [])],
    }));
  });
}

function section(name: string, entries: readonly Entry[], mount: string): Html | string {
  if (entries.length === 0) return '';
  return html`<h2>${name}</h2>
    ${entries.map((entry) => operationDetails(entry, mount))}`;
}

function operationDetails({ path, method, operation, parameters }: Entry, mount: string): Html {
  return html`<details>
    <summary>
      <b class="method">${method}</b> <code>${mount === '/' ? '' : mount}${path}</code> ${operation.summary}
    </summary>
    ${rows(parameters.map((parameter) => [parameter.name, parameter.in, parameter.description ?? '']))}
    ${bodies(operation)}
    ${rows(Object.entries(operation.responses).map(([status, { description }]) => [status, description]))}
  </details>`;
}

function bodies({ requestBody }: Operation): Html[] {
  return Object.entries(requestBody?.content ?? {}).map(
    ([type, { schema }]) =>
      html`<p><code>Content-Type: ${type}</code></p>
        <pre>${JSON.stringify(schema, null, 2)}</pre>`,
  );
}

function rows(lines: readonly (readonly string[])[]): Html | string {
  if (lines.length === 0) return '';
  return html`<table>
    ${lines.map(
      ([first, ...others]) =>
        html`<tr>
          <td><code>${first}</code></td>
          ${others.map((cell) => html`<td>${cell}</td>`)}
        </tr>`,
    )}
  </table>`;
}

function schemaDetails(name: string, schema: Schema): Html {
  return html`<details id="${name}">
    <summary><code>${name}</code></summary>
    <pre>${JSON.stringify(schema, null, 2)}</pre>
  </details>`;
}
