import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/** The colours in light and in dark, by name. */
const palette = new Map(
  [
    ...readFileSync('src/console/browser/styles/tokens.css', 'utf8').matchAll(
      /--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g,
    ),
  ].map(([, name = '', light = '', dark = '']) => [name, { light, dark }] as const),
);

type Scheme = 'light' | 'dark';

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string, scheme: Scheme): number {
  const [a, b] = [one, other].map((name) => luminance(palette.get(name)?.[scheme] ?? '')) as [number, number];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const GROUNDS = ['paper', 'card', 'sunk'] as const;
const INKS = ['ink', 'faint', 'accent', 'good', 'warn', 'bad', 'past'] as const;
/** What text stands on, besides. */
const TEXTS: readonly (readonly [ink: string, ground: string])[] = [
  ...INKS.flatMap((ink) => GROUNDS.map((ground) => [ink, ground] as const)),
  ...(['good', 'warn', 'bad', 'past'] as const).map((ink) => [ink, `${ink}-ground`] as const),
  ...(['ink', 'accent'] as const).flatMap((ink) => [
    [ink, 'bad-ground'] as const,
    [ink, 'warn-ground'] as const,
  ]),
  ['on-accent', 'accent'],
  ['on-accent', 'bad'],
  ['ink', 'lit'],
];
/** What is told apart without being text: fields, bars, what has the focus. */
const SHAPES: readonly (readonly [shape: string, ground: string])[] = [
  ...GROUNDS.map((ground) => ['field-line', ground] as const),
  ...GROUNDS.map((ground) => ['accent', ground] as const),
  ...(['sunk', 'card', 'track-reach'] as const).map((ground) => ['track-bar', ground] as const),
  ['good', 'line'],
];

describe.each<Scheme>(['light', 'dark'])('in %s', (scheme) => {
  test('text can be read (WCAG 2.2, 1.4.3, AA)', () => {
    const poor = TEXTS.filter(([ink, ground]) => !(contrast(ink, ground, scheme) >= 4.5));
    expect(poor).toEqual([]);
  });

  test('what is no text can be told from its ground (WCAG 2.2, 1.4.11, AA)', () => {
    const poor = SHAPES.filter(([shape, ground]) => !(contrast(shape, ground, scheme) >= 3));
    expect(poor).toEqual([]);
  });
});
