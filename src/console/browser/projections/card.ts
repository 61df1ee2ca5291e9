import type { VNode } from 'preact';
import { compact, count, counted, duration } from '../format.ts';
import { html } from '../html.ts';
import { goesOn, standing } from './concerns.ts';
import { begin, lagWords, operationsFor } from './operations.ts';
import { Pill, Time, Trouble } from '../parts.ts';
import { href } from '../router.ts';
import { mayOperate } from '../session.ts';
import { Spark } from '../spark.ts';
import type { ErrorReport, Status } from '../status.ts';
import { rates } from '../statuses.ts';
import { VerificationLine } from './verification.ts';

/** Where a projection stands, how it moves, and what can be done to it. */
export function ProjectionCard({ status }: { readonly status: Status }): VNode {
  const { name, generation, position, head, movedAt, views, build, isRolledBack, parked, paused } = status;
  const operations = mayOperate.value ? operationsFor(status) : [];
  const share = head === 0 ? 1 : position / head;
  const reached = rates(({ positions }) => positions[name] ?? 0);
  return html`<li class="card">
    <header>
      <h2><a href=${href(`/projections/${encodeURIComponent(name)}`)}>${name}</a></h2>
      <${Pill} kind=${status.state}>${status.state}</${Pill}>
      ${isRolledBack ? html`<${Pill} kind="waiting">rolled back</${Pill}>` : null}
      <span class="grow"></span>
      <${Spark} label=${`Applied by ${name}`} values=${reached} />
    </header>
    <${Progress} share=${share} label=${`${name}: ${count(position)} of ${count(head)} events`} />
    <dl class="facts">
      <div><dt>Generation</dt><dd>${generation ?? '–'}</dd></div>
      <div><dt>Position</dt><dd>${count(position)} <small>of ${count(head)}</small></dd></div>
      <div><dt>Lag</dt><dd>${lagWords(status)}</dd></div>
      <div class=${parked > 0 ? 'bad' : ''}>
        <dt>Parked</dt>
        <dd>${parked === 0 ? 'none' : html`<a href=${href('/dead-letters')}>${counted(parked, 'stream')}</a>`}</dd>
      </div>
      <div><dt>Last moved</dt><dd>${movedAt === null ? 'not since the start' : html`<${Time} iso=${movedAt} />`}</dd></div>
    </dl>
    ${build === null ? null : html`<${BuildLine} build=${build} head=${head} />`}
    ${paused ? html`<p class="note">Paused since <${Time} iso=${paused.since} />${paused.by ? ` by ${paused.by}` : ''}${paused.reason ? `: ${paused.reason}` : ''}</p>` : null}
    ${status.error === null ? null : html`<${Fault} status=${status} error=${status.error} />`}
    ${mayOperate.value ? html`<${VerificationLine} status=${status} />` : null}
    <footer>
      <nav aria-label=${`Views of ${name}`}>
        ${views.map((view) => html`<a class="chip" href=${href(`/views/${encodeURIComponent(view)}`)}>${view}</a>`)}
      </nav>
      <span class="grow"></span>
      ${operations.map(
        (operation) =>
          html`<button
            type="button"
            class=${operation.isRemedy === true ? 'small primary' : 'small'}
            onClick=${() => begin(operation, status)}
          >
            ${operation.label}
          </button>`,
      )}
    </footer>
  </li>`;
}

/** What is wrong now, where, and what its views answer meanwhile. */
function Fault({ status, error }: { readonly status: Status; readonly error: ErrorReport }): VNode {
  const { retry, generation } = status;
  const at = error.evidence?.position;
  const isOfBuild = error.code === 'VERIFICATION_FAILED';
  return html`<${Trouble} refusal=${error}>
    <p>
      ${isOfBuild ? goesOn(generation) : standing(status)}
      ${retry ? html` Tried ${counted(retry.attempt, 'time')}; again at <${Time} iso=${retry.nextAt} />.` : null}
      ${at === undefined ? null : html` <a href=${href(`/log?at=${at}`)}>The event at ${count(at)}</a>`}
    </p>
  </${Trouble}>`;
}

function BuildLine({
  build,
  head,
}: {
  readonly build: NonNullable<Status['build']>;
  readonly head: number;
}): VNode {
  const { generation, position, rate, secondsLeft } = build;
  const left = secondsLeft === null ? '' : ` · ${duration(secondsLeft)} left`;
  return html`<div class="build">
    <p>
      Building generation ${generation}: ${count(position)} of ${count(head)} · ${compact(rate)}
      events/s${left}
    </p>
    <${Progress} share=${head === 0 ? 1 : position / head} label=${`Generation ${generation}`} />
    ${build.error === null ? null : html`<${Trouble} refusal=${build.error} />`}
  </div>`;
}

function Progress(props: { readonly share: number; readonly label: string }): VNode {
  const percent = Math.floor(Math.min(1, props.share) * 1000) / 10;
  return html`<div
    class=${percent >= 100 ? 'progress done' : 'progress'}
    role="progressbar"
    aria-label=${props.label}
    aria-valuemin="0"
    aria-valuemax="100"
    aria-valuenow=${percent}
  >
    <span style=${{ width: `${percent}%` }}></span>
  </div>`;
}
