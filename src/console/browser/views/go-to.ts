import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { ask, Refusal } from '../api.ts';
import { html } from '../html.ts';
import type { Player } from './player.ts';

/** A position, or a time: the server says which position that is. */
export function GoTo({ player }: { readonly player: Player }): VNode {
  const [text, setText] = useState('');
  const [trouble, setTrouble] = useState('');
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTrouble('');
    const wanted = text.trim();
    if (wanted === '') return;
    try {
      player.pause();
      player.seek(/^\d+$/.test(wanted) ? Number(wanted) : await positionAt(player, wanted));
      player.settle();
      setText('');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setTrouble(error.message);
    }
  };
  return html`<form class="go-to" onSubmit=${submit}>
    <input
      aria-label="Go to a position or a time"
      placeholder="go to…"
      value=${text}
      title=${trouble || 'A position, such as 1500, or a time, such as 2025-02-01'}
      aria-invalid=${trouble !== ''}
      onInput=${(event: Event) => setText((event.target as HTMLInputElement).value)}
    />
  </form>`;
}

async function positionAt({ path }: Player, text: string): Promise<number> {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new Refusal(400, '', `${text} is neither a position nor a time`);
  const url = `${path.split('?')[0]}?limit=0`;
  const response = await ask(url, { headers: { Prefer: `as-of="${time.toISOString()}"` } });
  return Number(response.headers.get('Projection-Position'));
}
