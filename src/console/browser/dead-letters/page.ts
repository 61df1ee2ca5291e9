import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { askJson, Refusal } from '../api.ts';
import { counted } from '../format.ts';
import { html } from '../html.ts';
import { Empty, Trouble } from '../parts.ts';
import { statuses } from '../statuses.ts';
import { Decisions } from './decisions.ts';
import { Letter } from './letter.ts';
import { type Letters, pathOf } from './letters.ts';

const EVERY = 3000;

/** Events that could not be applied, those that wait behind them, and what can be done. */
export function Page(): VNode {
  const [lists, setLists] = useState<readonly Letters[] | undefined>(undefined);
  const [trouble, setTrouble] = useState<Refusal | undefined>(undefined);
  const names = statuses.value?.map(({ name }) => name);
  const read = async (): Promise<void> => {
    if (names === undefined) return;
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
  }, [names?.join('\n')]);
  const parked = lists?.flatMap((list) => list.parked.map((entry) => ({ entry, list }))) ?? [];
  const decided = lists?.filter(({ decisions }) => decisions.length > 0) ?? [];
  const waiting = parked.reduce((sum, { entry }) => sum + entry.waiting, 0);
  return html`<h1>Dead letters</h1>
    ${lists === undefined && trouble === undefined ? html`<p class="waiting">Asking the server…</p>` : null}
    ${
      parked.length === 0
        ? null
        : html`<p>
            ${counted(parked.length, 'stream')} ${parked.length === 1 ? 'is' : 'are'} left out, with
            ${` ${counted(waiting, 'event')}`}. All others go on. Correct what is wrong and retry; or discard
            the event, and those behind it are applied.
          </p>`
    }
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
