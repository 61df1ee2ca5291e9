import type { Film } from './film.ts';

/** Draws how much of what is shown changes where, and how far the film has come. */
export function drawTrack(canvas: HTMLCanvasElement, film: Film | undefined, end: number): void {
  const scale = globalThis.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
  if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  if (context === null) return;
  const style = getComputedStyle(canvas);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  if (film === undefined || end === 0) return;
  const reach = ((film.reach ?? 0) / end) * width;
  // Properties of which the browser says what they come to, in light and in dark
  context.fillStyle = style.caretColor;
  context.fillRect(0, 0, reach, height);
  const bars = changesByPixel(film, end, Math.floor(width));
  const most = Math.max(1, ...bars);
  context.fillStyle = style.color;
  for (const [x, changes] of bars.entries()) {
    if (changes === 0) continue;
    const tall = 3 + (changes / most) ** 0.6 * (height - 5);
    context.fillRect(x, height - tall, 1, tall);
  }
}

function changesByPixel({ frames }: Film, end: number, width: number): number[] {
  const bars = Array.from({ length: Math.max(1, width) }, () => 0);
  for (const { position, changed } of frames) {
    const x = Math.min(bars.length - 1, Math.floor((position / end) * bars.length));
    bars[x] = (bars[x] as number) + changed;
  }
  return bars;
}

interface Tick {
  /** From 0 to 1, along the log. */
  readonly share: number;
  readonly label: string;
}

const UNITS: readonly {
  readonly name: string;
  readonly length: number;
  readonly format: Intl.DateTimeFormat;
}[] = [
  { name: 'year', length: 4, format: new Intl.DateTimeFormat(undefined, { year: 'numeric' }) },
  {
    name: 'month',
    length: 7,
    format: new Intl.DateTimeFormat(undefined, { month: 'short', year: '2-digit' }),
  },
  { name: 'day', length: 10, format: new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' }) },
  {
    name: 'hour',
    length: 13,
    format: new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit' }),
  },
];
/** Marks that fit without touching one another. */
const MOST_TICKS = 9;
const LEAST_TICKS = 3;

/** Where years, months, days or hours begin along the log, as evenly as there is room for. */
export function ticksOf(film: Film | undefined, length: number): Tick[] {
  if (film === undefined || length < 2) return [];
  const ticks =
    UNITS.map((unit) => boundaries(film, unit)).find((found) => found.length >= LEAST_TICKS) ?? [];
  const every = Math.ceil(ticks.length / MOST_TICKS);
  return ticks.filter((_, index) => index % every === 0);
}

function boundaries({ frames, order }: Film, { length, format }: (typeof UNITS)[number]): Tick[] {
  const ticks: Tick[] = [];
  let before = '';
  for (const { position, time } of frames) {
    const part = time?.slice(0, length);
    if (time === undefined || part === undefined || part <= before) continue;
    if (before !== '') ticks.push({ share: position / order.to, label: format.format(new Date(time)) });
    before = part;
  }
  return ticks.filter(({ share }, index) => share < 0.97 && share - (ticks[index - 1]?.share ?? 0) > 0.03);
}
