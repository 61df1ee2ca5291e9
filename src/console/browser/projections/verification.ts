import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { Refusal } from '../api.ts';
import { count, counted, shown } from '../format.ts';
import { html } from '../html.ts';
import { Trouble } from '../parts.ts';
import { href } from '../router.ts';
import type { Row } from '../views/rows.ts';
import { has } from '../session.ts';
import {
  type Difference,
  type DifferenceEvent,
  lookAtVerification,
  type Outcome,
  type Verification,
  verifications,
} from './verifications.ts';
import type { Status } from '../status.ts';

/** How far the verification of a projection is, or what it found. Asked again with each status while it runs. */
export function VerificationLine({ status }: { readonly status: Status }): VNode | null {
  const { name } = status;
  const found = verifications.value[name];
  const { generation, build, error } = status;
  // A rebuild may have been verified.
  useEffect(() => {
    if (has('/projections/{name}/verification')) void lookAtVerification(name);
  }, [generation, build?.generation, error?.code]);
  useEffect(() => {
    const isOpen =
      found === undefined || (found instanceof Refusal ? found.status === 0 : found.state === 'running');
    if (isOpen && has('/projections/{name}/verification')) void lookAtVerification(name);
  }, [status]);
  if (found === undefined) return null;
  if (found instanceof Refusal) return html`<${Trouble} refusal=${found} />`;
  if (found.error !== null) return html`<${Trouble} refusal=${found.error} />`;
  if (found.state === 'running')
    return html`<p class="verification" role="status">${progressWords(found)}</p>`;
  return found.outcome === null
    ? null
    : html`<${OutcomeParts} outcome=${found.outcome} live=${status.generation} />`;
}

function progressWords({ progress }: Verification): string {
  if (progress === null) return 'Verifying…';
  return `Verifying, ${progress.phase}: ${count(progress.done)} of ${count(progress.total)}`;
}

function OutcomeParts({ outcome, live }: { readonly outcome: Outcome; readonly live: number | null }): VNode {
  const { generation, position, views, difference } = outcome;
  const at = `${generation} at position ${count(position)}`;
  if (difference === null) {
    const rows = views.reduce((sum, view) => sum + view.rows, 0);
    return html`<p class="verification same" role="status">
      Verified, generation ${at}: ${rows === 1 ? 'the one row is' : `all ${counted(rows, 'row')} are`} what
      the events say.
    </p>`;
  }
  const differing = views
    .filter((view) => view.differing > 0)
    .map((view) => `${count(view.differing)} in ${view.view}`)
    .join(', ');
  return html`<div class="verification trouble" role="alert">
    <strong>Generation ${at} differs from a second replay: ${differing}</strong>
    <p><${DifferenceWords} difference=${difference} /></p>
    <table>
      <thead>
        <tr>
          <th scope="col">column</th>
          <th scope="col">${generation === live ? 'live' : `generation ${generation}`}</th>
          <th scope="col">replayed</th>
        </tr>
      </thead>
      <tbody>
        ${difference.columns.map(
          ({ column, live, replayed }) =>
            html`<tr>
              <th scope="row">${column}</th>
              <td>${shown(live)}</td>
              <td>${shown(replayed)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const KINDS = {
  missing: 'is missing',
  extra: 'should not be there',
  different: 'has other values',
} as const;

function DifferenceWords({ difference }: { readonly difference: Difference }): VNode {
  const { view, key, kind, cause, event, parting } = difference;
  const row = key === null ? 'a row' : Object.values(key).map(shown).join(', ');
  const isBesides = parting !== null && cause !== 'nondeterministic';
  return html`<a href=${href(`/views/${encodeURIComponent(view)}${key === null ? '' : `?${filterOf(key)}`}`)}
      >${row}</a
    >
    ${` of ${view} ${KINDS[kind]}. `}${CAUSES[cause](linkTo(event))}
    ${isBesides ? CAUSES.nondeterministic(linkTo(parting)) : null}`;
}

function linkTo(event: DifferenceEvent | null): VNode | null {
  if (event === null) return null;
  return html`<a href=${href(`/log?at=${event.position}`)}>${event.type} at ${count(event.position)}</a>`;
}

/** Why two replays part, with the event where they do, if there is one. */
const CAUSES: Readonly<Record<Difference['cause'], (event: VNode | null) => VNode>> = {
  edited: (event) =>
    html`No event left it like this: something else wrote
    it.${event === null ? '' : html` The last that touched it is ${event}.`}`,
  unexplained: (event) =>
    html`No event leaves it like this: something else wrote it, or a function or an upcaster answered
    differently when it was made.${event === null ? '' : html` The last that touched it is ${event}.`}`,
  behind: (event) => html`It is as it was before ${event ?? 'an event'}, which is missing from it.`,
  nondeterministic: (event) =>
    html`Two replays of the same events differ${event === null ? '' : html`, first at ${event}`}: a function
    or an upcaster depends on something besides its arguments.`,
};

function filterOf(key: Row): URLSearchParams {
  return new URLSearchParams(Object.entries(key).map(([name, value]) => [name, `eq.${shown(value)}`]));
}
