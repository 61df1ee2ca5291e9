import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { askJson, type Refusal } from '../api.ts';
import { html } from '../html.ts';
import { EventLine } from '../log/event-line.ts';
import type { LogEvent } from '../log/events.ts';
import { Trouble } from '../parts.ts';

/** The event that could not be applied, and those that wait behind it. */
export function Waiting({ path }: { readonly path: string }): VNode {
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
