import type { VNode } from 'preact';
import { count } from '../format.ts';
import { html } from '../html.ts';
import { Empty, Pill, Trouble } from '../parts.ts';
import { ProjectionCard } from '../projections/card.ts';
import { ConcernList } from '../projections/concern-list.ts';
import { concerns, troubleCount } from '../projections/current-concerns.ts';
import { href } from '../router.ts';
import { has } from '../session.ts';
import { Spark } from '../spark.ts';
import { headNow, problem, rates, statuses } from '../statuses.ts';

/** Every projection: where it stands, how it moves, and what can be done. */
export function Page(): VNode {
  const list = statuses.value;
  if (list === undefined)
    return problem.value === undefined
      ? html`<p class="waiting">Asking the server…</p>`
      : html`<${Trouble} refusal=${problem.value} />`;
  const parked = list.reduce((sum, status) => sum + status.parked, 0);
  const behind = list.filter(({ lag }) => lag > 0).length;
  const wrong = troubleCount.value;
  return html`<header class="page-head">
      <h1>Overview</h1>
      ${list.length === 0 ? null : html`<${Pill} kind=${wrong > 0 ? 'stopped' : 'live'}>${wrong > 0 ? `${wrong} wrong` : 'all well'}</${Pill}>`}
    </header>
    ${problem.value === undefined || problem.value.status === 0 ? null : html`<${Trouble} refusal=${problem.value} />`}
    ${concerns.value.length === 0 ? null : html`<${ConcernList} concerns=${concerns.value} />`}
    <dl class="tiles">
      <div>
        <dt>Head of the log</dt>
        <dd>${count(headNow())}</dd>
      </div>
      <div>
        <dt>Coming in</dt>
        <dd><${Spark} label="Appended" values=${rates(({ head }) => head)} /></dd>
      </div>
      <div>
        <dt>Projections at the head</dt>
        <dd>${list.length - behind}<small> of ${list.length}</small></dd>
      </div>
      <div class=${parked > 0 ? 'bad' : ''}>
        <dt>Parked streams</dt>
        <dd>
          ${count(parked)}${parked > 0 && has('/projections/{name}/dead-letters') ? html` <a href=${href('/dead-letters')}>look</a>` : null}
        </dd>
      </div>
    </dl>
    ${
      list.length === 0
        ? html`<${Empty} title="There is no projection yet">
          <p>
            Write one in <code>projections/</code>, or run <code>npx projectionist init</code> for an example. It
            shows up here when the server has loaded it.
          </p>
        </${Empty}>`
        : html`<ul class="projections">
            ${list.map((status) => html`<${ProjectionCard} key=${status.name} status=${status} />`)}
          </ul>`
    }`;
}
