import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { askJson, type Refusal } from '../api.ts';
import { type LogEvent, metadataOf } from './events.ts';
import { count, counted } from '../format.ts';
import { html } from '../html.ts';
import { Time, Trouble } from '../parts.ts';
import { href } from '../router.ts';

interface Node {
  readonly event: LogEvent;
  readonly effects: Node[];
}

/** Events that one tree shows. */
const MOST = 500;

/** What belongs together, as a tree: which event led to which. */
export function Causation({ correlation }: { readonly correlation: string }): VNode | null {
  const [events, setEvents] = useState<readonly LogEvent[] | undefined>(undefined);
  const [trouble, setTrouble] = useState<Refusal | undefined>(undefined);
  useEffect(() => {
    const over = new AbortController();
    const path = `/events?correlation=${encodeURIComponent(correlation)}&limit=${MOST}`;
    askJson<LogEvent[]>(path, { signal: over.signal }).then(setEvents, (error: unknown) => {
      if (!over.signal.aborted) setTrouble(error as Refusal);
    });
    return () => over.abort();
  }, [correlation]);
  if (trouble !== undefined) return html`<${Trouble} refusal=${trouble} />`;
  if (events === undefined || events.length === 0) return null;
  const first = Date.parse((events[0] as LogEvent).time);
  return html`<section class="card causation" aria-label="Chain of causation">
    <h2>${counted(events.length, 'event')} of <bdi>${correlation}</bdi></h2>
    <${Branch} nodes=${treeOf(events)} first=${first} />
  </section>`;
}

function Branch({ nodes, first }: { readonly nodes: readonly Node[]; readonly first: number }): VNode {
  return html`<ul class=${nodes.length === 1 ? 'tree only' : 'tree'}>
    ${nodes.map(
      ({ event, effects }) =>
        html`<li key=${event.position}>
          <div class="node">
            <a class="type" href=${href(`/log?at=${event.position}`)}>${event.type}</a>
            <span class="faint"><bdi>${event.stream}</bdi>, event ${count(event.position)}</span>
            <span class="faint"><${Time} iso=${event.time} /></span>
            <span class="faint">${since(first, event)}</span>
          </div>
          ${effects.length === 0 ? null : html`<${Branch} nodes=${effects} first=${first} />`}
        </li>`,
    )}
  </ul>`;
}

function since(first: number, { time }: LogEvent): string {
  const seconds = (Date.parse(time) - first) / 1000;
  if (seconds <= 0) return '';
  if (seconds < 120) return `+${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 7200) return `+${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `+${Math.round(seconds / 3600)} h`;
  return `+${Math.round(seconds / 86_400)} d`;
}

/** An event whose cause is not among these is a root. */
export function treeOf(events: readonly LogEvent[]): Node[] {
  const nodes = new Map<string, Node>(events.map((event) => [event.id, { event, effects: [] }]));
  const roots: Node[] = [];
  for (const node of nodes.values()) {
    const cause = nodes.get(metadataOf(node.event, 'causationId') ?? '');
    // Only an earlier event can be a cause: so there is no circle.
    if (cause !== undefined && cause.event.position < node.event.position) cause.effects.push(node);
    else roots.push(node);
  }
  return roots;
}
