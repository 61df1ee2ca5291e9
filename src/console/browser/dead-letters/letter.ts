import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { ask, Refusal } from '../api.ts';
import { count, counted, isolated, visible } from '../format.ts';
import { html } from '../html.ts';
import { Pill, Time, Trouble } from '../parts.ts';
import { confirm } from '../question.ts';
import { href } from '../router.ts';
import { has, mayOperate } from '../session.ts';
import { Sql } from '../sql.ts';
import type { ErrorReport } from '../status.ts';
import { look } from '../statuses.ts';
import { type Parked, pathOf } from './letters.ts';
import { Waiting } from './waiting.ts';

interface LetterProps {
  readonly projection: string;
  readonly entry: Parked;
  readonly onDone: () => Promise<void>;
}

/** A partition that is held back: why, and what can be done. */
export function Letter({ projection, entry, onDone }: LetterProps): VNode {
  const [isOpen, setOpen] = useState(false);
  const { partition, position, type, stream, error, statement, parkedAt, attempts } = entry;
  // Without the event itself
  const behind = entry.waiting - 1;
  const act = async (verb: 'retry' | 'discard', body: object): Promise<void> => {
    const answer = await ask(`${pathOf(projection, partition)}/${verb}`, { method: 'POST', body });
    const outcome = (await answer.json()) as { error: ErrorReport | null };
    await Promise.all([onDone(), look()]);
    if (outcome.error !== null)
      throw new Refusal(409, outcome.error.code, outcome.error.message, outcome.error.hint);
  };
  const retry = (): void =>
    confirm({
      title: `Retry ${isolated(stream)}?`,
      consequences: [
        `The event at ${count(position)} is applied again${behind <= 0 ? '' : `, and then, in order, the ${counted(behind, 'event')} behind it`}.`,
        'Where one fails again, it and those behind it stay parked: nothing is lost by trying.',
      ],
      action: 'Retry',
      run: () => act('retry', {}),
    });
  const discard = (): void =>
    confirm({
      title: `Discard the event at ${count(position)}?`,
      consequences: [
        `${projection} leaves this event out, now and in every rebuild. The log keeps it.`,
        behind <= 0
          ? `Nothing waits behind it; later events of ${isolated(stream)} are applied again.`
          : `The ${counted(behind, 'event')} behind it in ${isolated(stream)} ${behind === 1 ? 'is' : 'are'} applied.`,
        'The decision is kept, with your reason.',
      ],
      action: 'Discard',
      needsReason: true,
      isGrave: true,
      run: (reason) => act('discard', { reason }),
    });
  return html`<li class="card letter">
    <header>
      <a class="type" href=${href(`/log?at=${position}`)}>${type}</a>
      <span class="faint">at ${count(position)} of <a href=${href(`/log?stream=${encodeURIComponent(stream)}`)}>${visible(stream)}</a></span>
      <${Pill} kind="stopped">${projection}</${Pill}>
      <span class="grow"></span>
      ${
        mayOperate.value && has('/projections/{name}/dead-letters/{partition}/retry')
          ? html`<button type="button" class="small primary" onClick=${retry}>Retry</button
              ><button type="button" class="small" onClick=${discard}>Discard…</button>`
          : null
      }
    </header>
    <${Trouble} refusal=${error} />
    ${statement === null || statement === undefined ? null : html`<${Sql} text=${statement} />`}
    <p class="faint">
      Parked <${Time} iso=${parkedAt} /> · tried ${counted(attempts, 'time')} ·
      ${behind <= 0 ? ' nothing waits behind it' : html` <strong>${counted(behind, 'event')} ${behind === 1 ? 'waits' : 'wait'} behind it</strong>`}
      ${' '}<button type="button" class="quiet small" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>
        ${isOpen ? 'Hide the events' : 'Show the events'}
      </button>
    </p>
    ${isOpen ? html`<${Waiting} path=${pathOf(projection, partition)} />` : null}
  </li>`;
}
