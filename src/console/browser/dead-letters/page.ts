import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ask, askJson, Refusal } from '../api.ts';
import { EventLine } from '../log/event-line.ts';
import type { LogEvent } from '../log/events.ts';
import { count, counted } from '../format.ts';
import { html } from '../html.ts';
import { Empty, Pill, Time, Trouble } from '../parts.ts';
import { confirm } from '../question.ts';
import { href } from '../router.ts';
import { has, mayOperate } from '../session.ts';
import { Sql } from '../sql.ts';
import { type ErrorReport, look, statuses } from '../statuses.ts';

interface Parked {
  readonly partition: string;
  readonly position: number;
  readonly eventId: string;
  readonly stream: string;
  readonly type: string;
  /** The event that could not be applied, and those behind it. */
  readonly waiting: number;
  readonly error: ErrorReport;
  readonly statement: string | null;
  readonly parkedAt: string;
  readonly attempts: number;
  readonly triedAt: string | null;
}

interface Decision {
  readonly id: number;
  readonly kind: 'retry' | 'discard';
  readonly partition: string;
  /** Where the projection stood when it was made. */
  readonly position: number;
  /** Of the event that it is about. */
  readonly eventPosition?: number | null;
  readonly reason: string | null;
  readonly by: string | null;
  readonly at: string;
}

interface Letters {
  readonly projection: string;
  readonly generation: number | null;
  readonly parked: readonly Parked[];
  readonly decisions: readonly Decision[];
}

const EVERY = 3000;

/** Events that could not be applied, those that wait behind them, and what can be done. */
export function Page(): VNode {
  const [lists, setLists] = useState<readonly Letters[] | undefined>(undefined);
  const [trouble, setTrouble] = useState<Refusal | undefined>(undefined);
  const names = statuses.value?.map(({ name }) => name) ?? [];
  const read = async (): Promise<void> => {
    try {
      setLists(await Promise.all(names.map((name) => askJson<Letters>(pathOf(name)))));
      setTrouble(undefined);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setTrouble(error);
    }
  };
  useEffect(() => {
    void read();
    const timer = setInterval(() => void read(), EVERY);
    return () => clearInterval(timer);
  }, [names.join('\n')]);
  const parked = lists?.flatMap((list) => list.parked.map((entry) => ({ entry, list }))) ?? [];
  const decided = lists?.filter(({ decisions }) => decisions.length > 0) ?? [];
  return html`<h1>Dead letters</h1>
    ${trouble === undefined ? null : html`<${Trouble} refusal=${trouble} />`}
    ${
      lists !== undefined && parked.length === 0
        ? html`<${Empty} title="Every event was applied">
          <p>
            An event that a projection cannot apply is parked with every later event of its stream, and shown here. All
            other streams go on.
          </p>
        </${Empty}>`
        : null
    }
    <ul class="letters">
      ${parked.map(
        ({ entry, list }) =>
          html`<${Letter}
            key=${`${list.projection} ${entry.partition}`}
            projection=${list.projection}
            entry=${entry}
            onDone=${read}
          />`,
      )}
    </ul>
    ${decided.map(({ projection, decisions }) => html`<${Decisions} key=${projection} projection=${projection} decisions=${decisions} />`)}`;
}

function pathOf(projection: string, partition?: string): string {
  const list = `/projections/${encodeURIComponent(projection)}/dead-letters`;
  return partition === undefined ? list : `${list}/${encodeURIComponent(partition)}`;
}

interface LetterProps {
  readonly projection: string;
  readonly entry: Parked;
  readonly onDone: () => Promise<void>;
}

function Letter({ projection, entry, onDone }: LetterProps): VNode {
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
      title: `Retry ${stream}?`,
      consequences: [
        `The event at ${count(position)} is applied again, and then, in order, those that wait behind it.`,
        'Where one fails again, it and those behind it stay parked.',
      ],
      action: 'Retry',
      run: () => act('retry', {}),
    });
  const discard = (): void =>
    confirm({
      title: `Discard the event at ${count(position)}?`,
      consequences: [
        `${projection} leaves this event out, now and in every rebuild. The log keeps it.`,
        `Those behind it in ${stream} are applied.`,
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
      <span class="faint">at ${count(position)} of <a href=${href(`/log?stream=${encodeURIComponent(stream)}`)}>${stream}</a></span>
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
      ${behind <= 0 ? ' nothing waits behind it' : ` ${counted(behind, 'event')} ${behind === 1 ? 'waits' : 'wait'} behind it`}
      ${' '}<button type="button" class="quiet small" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>
        ${isOpen ? 'Hide the events' : 'Show the events'}
      </button>
    </p>
    ${isOpen ? html`<${Waiting} path=${pathOf(projection, partition)} />` : null}
  </li>`;
}

function Waiting({ path }: { readonly path: string }): VNode {
  const [letters, setLetters] = useState<readonly LogEvent[] | undefined>(undefined);
  const [trouble, setTrouble] = useState<Refusal | undefined>(undefined);
  useEffect(() => {
    askJson<{ letters: LogEvent[] }>(path).then(
      (entry) => setLetters(entry.letters),
      (error: unknown) => setTrouble(error as Refusal),
    );
  }, [path]);
  if (trouble !== undefined) return html`<${Trouble} refusal=${trouble} />`;
  if (letters === undefined) return html`<p class="waiting">Reading…</p>`;
  return html`<ol class="events">
    ${letters.map((event, index) => html`<${EventLine} key=${event.position} event=${event} isOpen=${index === 0} />`)}
  </ol>`;
}

function Decisions({
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
          ({ id, at, kind, position, eventPosition, partition, reason, by }) =>
            html`<tr key=${id}>
              <td><${Time} iso=${at} /></td>
              <td>${kind}</td>
              <td>
                <a href=${href(`/log?at=${eventPosition ?? position}`)}
                  >${count(eventPosition ?? position)}</a
                >
                ${` of ${partition}`}
              </td>
              <td>${reason ?? ''}</td>
              <td>${by ?? ''}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}
