import { computed, effect, type ReadonlySignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ask, Refusal } from '../api.ts';
import { count, localTime } from '../format.ts';
import { html } from '../html.ts';
import { Moment } from './moment.ts';
import { type Player, SPEEDS } from './player.ts';
import { drawTrack, ticksOf } from './track.ts';

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
      <button
        type="button"
        class="quiet"
        aria-label="One event back (left arrow)"
        title="One event back (←)"
        onClick=${() => player.step(-1)}
      >
        ‹
      </button>
      <button
        type="button"
        class="quiet"
        aria-label="One event on (right arrow)"
        title="One event on (→)"
        onClick=${() => player.step(1)}
      >
        ›
      </button>
      <${Readout} player=${player} />
      <span class="grow"></span>
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

/** Where the playhead is: signals in text are written without drawing the rest again. */
function Readout({ player }: { readonly player: Player }): VNode {
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

function timeWords(player: Player): string {
  if (!player.isPast.value) return 'now';
  const frame = player.frame.value;
  const { replayed } = player;
  if (replayed.value !== undefined) return `replaying, ${Math.floor(replayed.value * 100)} %`;
  if (player.position.value < 1) return 'before the first event';
  return frame?.time === undefined ? '' : localTime(frame.time);
}

function Track({ player }: { readonly player: Player }): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const thumb = useRef<HTMLSpanElement>(null);
  const film = player.film.value;
  useEffect(
    () =>
      effect(() => {
        const share = player.end.value === 0 ? 1 : player.position.value / player.end.value;
        thumb.current?.style.setProperty('--share', String(share));
      }),
    [player],
  );
  useEffect(() => {
    const draw = (): void => {
      if (canvas.current) drawTrack(canvas.current, player.film.peek(), player.end.peek());
    };
    const sizes = new ResizeObserver(draw);
    if (canvas.current) sizes.observe(canvas.current);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    const stop = effect(() => {
      void [player.film.value?.length.value, player.end.value];
      draw();
    });
    return () => {
      sizes.disconnect();
      scheme.removeEventListener('change', draw);
      stop();
    };
  }, [player]);
  return html`<div class="track-frame">
    <div
      class="track"
      role="slider"
      tabindex="0"
      aria-busy=${film !== undefined && film.length.value > 0 && !film.isWhole.value}
      aria-label="Position in the log"
      aria-valuemin="0"
      aria-valuemax=${player.end}
      aria-valuenow=${useComputedOf(() => Math.floor(player.position.value), player)}
      aria-valuetext=${useComputedOf(() => `event ${count(Math.floor(player.position.value))}, ${timeWords(player)}`, player)}
      onPointerEnter=${() => player.prepare()}
      onFocus=${() => player.prepare()}
      onPointerDown=${(event: PointerEvent) => beginDrag(event, player)}
      onKeyDown=${(event: KeyboardEvent) => pressed(event, player)}
    >
      <canvas ref=${canvas} aria-hidden="true"></canvas>
      <span class="thumb" ref=${thumb}></span>
    </div>
    <div class="ticks" aria-hidden="true">
      ${ticksOf(film, film?.length.value ?? 0).map(
        ({ share, label }) => html`<span key=${label} style=${{ left: `${share * 100}%` }}>${label}</span>`,
      )}
    </div>
  </div>`;
}

function useComputedOf<T>(read: () => T, player: Player): ReadonlySignal<T> {
  return useMemo(() => computed(read), [player]);
}

function beginDrag(event: PointerEvent, player: Player): void {
  if (event.button !== 0) return;
  const track = event.currentTarget as HTMLElement;
  const wasPlaying = player.isPlaying.peek();
  player.pause();
  track.setPointerCapture(event.pointerId);
  const follow = ({ clientX }: PointerEvent): void => {
    const { left, width } = track.getBoundingClientRect();
    player.scrub(((clientX - left) / width) * player.end.peek());
  };
  const release = (): void => {
    track.removeEventListener('pointermove', follow);
    track.removeEventListener('pointerup', release);
    track.removeEventListener('pointercancel', release);
    if (wasPlaying) player.play();
    else player.settle();
  };
  track.addEventListener('pointermove', follow);
  track.addEventListener('pointerup', release);
  track.addEventListener('pointercancel', release);
  follow(event);
}

/** As a slider's keys are: https://www.w3.org/WAI/ARIA/apg/patterns/slider/. */
function pressed(event: KeyboardEvent, player: Player): void {
  const tenth = Math.max(1, Math.round(player.end.peek() / 20));
  const moves: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => player.step(-1),
    ArrowDown: () => player.step(-1),
    ArrowRight: () => player.step(1),
    ArrowUp: () => player.step(1),
    PageDown: () => player.step(-tenth),
    PageUp: () => player.step(tenth),
    Home: () => player.step(-player.end.peek()),
    End: () => player.now(),
  };
  const move = moves[event.key];
  if (move === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  move();
}

/** A position, or a time: the server says which position that is. */
function GoTo({ player }: { readonly player: Player }): VNode {
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
