import { computed } from '@preact/signals';
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { count, localTime } from '../format.ts';
import { html } from '../html.ts';
import { isLooking } from './changes.ts';
import type { Player } from './player.ts';

/** Where the playhead is: signals in text are written without drawing the rest again. */
export function Readout({ player }: { readonly player: Player }): VNode {
  const words = useMemo(() => {
    const position = computed(() => count(Math.floor(player.position.value)));
    const end = computed(() => count(player.end.value));
    const time = computed(() => timeWords(player));
    // As wide as it gets, so that nothing moves while it counts
    const width = computed(() => `min-width: ${1.7 * count(player.end.value).length + 2}ch`);
    return { position, end, time, width };
  }, [player]);
  return html`<span class="readout">
    <span class="position" style=${words.width}>${words.position}<small> of ${words.end}</small></span>
    <span class="when">${words.time}</span>
  </span>`;
}

/** When the playhead stands, or what keeps it. */
export function timeWords(player: Player): string {
  if (isLooking.value) return 'looking for a change…';
  if (!player.isPast.value) return 'now';
  const frame = player.frame.value;
  const { replayed } = player;
  if (replayed.value !== undefined) return `replaying, ${Math.floor(replayed.value * 100)} %`;
  if (player.position.value < 1) return 'before the first event';
  return frame?.time === undefined ? '' : localTime(frame.time);
}
