import type { VNode } from 'preact';
import { html } from '../html.ts';
import { href } from '../router.ts';
import { mayOperate } from '../session.ts';
import { statuses } from '../statuses.ts';
import type { Concern } from './concerns.ts';
import { begin, operationsFor } from './operations.ts';

/** What is wrong, a line each: what it means, and what to press. */
export function ConcernList({ concerns }: { readonly concerns: readonly Concern[] }): VNode {
  return html`<section class="concerns" role="status" aria-label="What is wrong">
    <ul class="concern-list">
      ${concerns.map((concern) => html`<${Line} key=${concern.title} concern=${concern} />`)}
    </ul>
  </section>`;
}

function Line({ concern }: { readonly concern: Concern }): VNode {
  const { projection, kind, title, effect, remedy, page } = concern;
  const status = statuses.value?.find(({ name }) => name === projection);
  const operation =
    status === undefined || !mayOperate.value
      ? undefined
      : operationsFor(status).find(({ name }) => name === remedy);
  return html`<li class=${`concern ${kind}`}>
    <p><strong>${title}</strong> <span>${effect}</span></p>
    <span class="grow"></span>
    <a href=${href(page.path)}>${page.label}</a>
    ${
      operation === undefined || status === undefined
        ? null
        : html`<button type="button" class="small primary" onClick=${() => begin(operation, status)}>
            ${operation.label}
          </button>`
    }
  </li>`;
}
