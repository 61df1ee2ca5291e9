import { computed, effect, type ReadonlySignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { count } from '../format.ts';
import { html } from '../html.ts';
import { keyName } from '../keys.ts';
import { theme } from '../theme.ts';
import { stepToChange } from './changes.ts';
import type { Player } from './player.ts';
import { timeWords } from './readout.ts';
import { drawTrack, ticksOf } from './track-drawing.ts';

/** The log from its first event to its last, with what changes where; the playhead is dragged along it. */
export function Track({ player }: { readonly player: Player }): VNode {
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
      void [player.film.value?.length.value, player.end.value, theme.value];
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
    'Shift+ArrowLeft': () => void stepToChange(player, -1),
    'Shift+ArrowRight': () => void stepToChange(player, 1),
    Home: () => player.step(-player.end.peek()),
    End: () => player.now(),
  };
  const move = moves[keyName(event)];
  if (move === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  move();
}
