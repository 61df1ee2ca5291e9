import type { VNode } from 'preact';
import { compact } from './format.ts';
import { html } from './html.ts';

const WIDTH = 120;
const HEIGHT = 32;
/** Samples that fill the width. */
const SAMPLES = 60;

/** Events a second over the last minute. */
export function Spark({
  values,
  label,
}: {
  readonly values: readonly number[];
  readonly label: string;
}): VNode {
  const shown = values.slice(-SAMPLES);
  const most = Math.max(1, ...shown);
  const step = WIDTH / (SAMPLES - 1);
  const first = WIDTH - (shown.length - 1) * step;
  const points = shown.map(
    (value, index) =>
      `${(first + index * step).toFixed(1)},${(HEIGHT - 2 - (value / most) * (HEIGHT - 6)).toFixed(1)}`,
  );
  const line = points.join(' ');
  const now = shown.at(-1) ?? 0;
  return html`<span
    class="spark"
    role="img"
    aria-label=${`${label}: ${compact(Math.round(now))} events a second`}
  >
    <span class="spark-value">${compact(Math.round(now))}<small>/s</small></span>
    <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} width=${WIDTH} height=${HEIGHT} aria-hidden="true">
      ${
        points.length > 1
          ? html`<polygon
                points=${`${first.toFixed(1)},${HEIGHT} ${line} ${WIDTH},${HEIGHT}`}
                class="spark-area"
              />
              <polyline points=${line} class="spark-line" />`
          : null
      }
    </svg>
  </span>`;
}
