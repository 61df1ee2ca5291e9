import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { pause } from '../pause.ts';
import { eventAt, type LogEvent } from '../log/events.ts';
import { beginning, count } from '../format.ts';
import { html } from '../html.ts';
import type { Player } from './player.ts';
import { href } from '../router.ts';

/** Milliseconds for which the playhead stands before its event is asked for. */
const REST = 120;

/** The event at which the playhead stands. */
export function Moment({ player }: { readonly player: Player }): VNode {
  const [event, setEvent] = useState<LogEvent | undefined>(undefined);
  const isStill = player.isPast.value && !player.isPlaying.value;
  const position = isStill ? Math.floor(player.position.value) : 0;
  useEffect(() => {
    const over = new AbortController();
    if (position === 0) setEvent(undefined);
    else void show(position, over.signal, setEvent);
    return () => over.abort();
  }, [position]);
  const isCurrent = event !== undefined && event.position === position && player.isExact.value;
  return html`<p class=${`moment ${isCurrent ? '' : 'stale'}`}>
    ${
      event === undefined
        ? hint(player)
        : html`<a class="type" href=${href(`/log?at=${event.position}`)}>${event.type}</a>
            <span
              >of <a href=${href(`/log?stream=${encodeURIComponent(event.stream)}`)}>${event.stream}</a></span
            >
            <code title=${beginning(JSON.stringify(event.data, null, 2), 2000)}
              >${beginning(JSON.stringify(event.data))}</code
            >`
    }
  </p>`;
}

function hint(player: Player): VNode {
  if (player.isPlaying.value)
    return html`<span class="faint">Space pauses. Cells that change light up.</span>`;
  if (player.isPast.value && !player.isExact.value)
    return html`<span class="faint">Replaying to event ${count(Math.floor(player.position.value))}…</span>`;
  if (player.isPast.value)
    return html`<span class="faint">Event ${count(Math.floor(player.position.value))}</span>`;
  return html`<span class="faint"
    >Drag the playhead to see the rows of any moment, or press space to play. Arrow keys go event by event;
    with shift, change by change.</span
  >`;
}

async function show(
  position: number,
  signal: AbortSignal,
  tell: (event: LogEvent | undefined) => void,
): Promise<void> {
  await pause(REST, signal);
  if (signal.aborted) return;
  try {
    const event = await eventAt(position, signal);
    if (!signal.aborted) tell(event);
  } catch {
    // Policies may hide the log from who may see the view: then the position is all there is to say.
    if (!signal.aborted) tell(undefined);
  }
}
