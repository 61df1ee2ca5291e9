import type { VNode } from 'preact';
import { html } from '../html.ts';
import { stepToChange } from './changes.ts';
import { GoTo } from './go-to.ts';
import { Moment } from './moment.ts';
import type { Player } from './player.ts';
import { Readout } from './readout.ts';
import { SPEEDS } from './speed.ts';
import { Track } from './track.ts';

/** The playhead over the log: drag it, play it, step it. */
export function Playhead({ player }: { readonly player: Player }): VNode {
  return html`<section class="playhead" aria-label="Playhead">
    <div class="transport">
      <button
        type="button"
        class="play"
        aria-label=${player.isPlaying.value ? 'Pause (space)' : 'Play (space)'}
        title=${player.isPlaying.value ? 'Pause (space)' : 'Play (space)'}
        onClick=${() => player.toggle()}
        onPointerEnter=${() => player.prepare()}
      >
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d=${player.isPlaying.value ? 'M7 5h4v14H7zM13 5h4v14h-4z' : 'M8 5l11 7-11 7z'} />
        </svg>
      </button>
      ${STEPS.map(
        ({ sign, label, keys, isOfChange, move }) =>
          html`<button
            type="button"
            class=${isOfChange ? 'quiet of-change' : 'quiet'}
            aria-label=${`${label} (${keys.replace('⇧', 'shift ').replace('←', 'left arrow').replace('→', 'right arrow')})`}
            title=${`${label} (${keys})`}
            onClick=${() => move(player)}
          >
            ${sign}
          </button>`,
      )}
      <${Readout} player=${player} />
      <label class="speed"
        ><span class="hidden">Speed</span
        ><select
          value=${player.speed.value.name}
          onChange=${(event: Event) => {
            const { value } = event.target as HTMLSelectElement;
            player.speed.value = SPEEDS.find(({ name }) => name === value) ?? player.speed.value;
          }}
        >
          ${SPEEDS.map(({ name }) => html`<option value=${name}>${name}</option>`)}
        </select></label
      >
      <${GoTo} player=${player} />
      <button
        type="button"
        class=${player.isPast.value ? 'primary' : 'quiet'}
        disabled=${!player.isPast.value}
        onClick=${() => player.now()}
      >
        ${player.isPast.value ? 'Back to now' : html`<span class="live-dot"></span>Live`}
      </button>
    </div>
    <${Track} player=${player} />
    <${Moment} player=${player} />
  </section>`;
}

interface Step {
  readonly sign: string;
  readonly label: string;
  readonly keys: string;
  readonly isOfChange: boolean;
  readonly move: (player: Player) => void;
}

const STEPS: readonly Step[] = [
  {
    sign: '«',
    label: 'To the change before',
    keys: '⇧←',
    isOfChange: true,
    move: (player) => void stepToChange(player, -1),
  },
  { sign: '‹', label: 'One event back', keys: '←', isOfChange: false, move: (player) => player.step(-1) },
  { sign: '›', label: 'One event on', keys: '→', isOfChange: false, move: (player) => player.step(1) },
  {
    sign: '»',
    label: 'To the next change',
    keys: '⇧→',
    isOfChange: true,
    move: (player) => void stepToChange(player, 1),
  },
];
