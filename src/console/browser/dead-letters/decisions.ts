import type { VNode } from 'preact';
import { count } from '../format.ts';
import { html } from '../html.ts';
import { Time } from '../parts.ts';
import { href } from '../router.ts';
import type { Decision } from './letters.ts';

/** What was decided before, and why. */
export function Decisions({
  projection,
  decisions,
}: {
  readonly projection: string;
  readonly decisions: readonly Decision[];
}): VNode {
  return html`<section class="card">
    <h2>Decided for ${projection}</h2>
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">What</th>
          <th scope="col">Event</th>
          <th scope="col">Why</th>
          <th scope="col">Who</th>
        </tr>
      </thead>
      <tbody>
        ${decisions.map(
          ({ id, at, kind, eventPosition, partition, reason, by }) =>
            html`<tr key=${id}>
              <td><${Time} iso=${at} /></td>
              <td>${kind}</td>
              <td>
                <a href=${href(`/log?at=${eventPosition}`)}>${count(eventPosition)}</a>
                ${' of '}<bdi>${partition}</bdi>
              </td>
              <td>${reason ?? ''}</td>
              <td>${by ?? ''}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}
