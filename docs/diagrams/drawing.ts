/** The console's colours, light and dark: a picture brings its own ground, so it can be read on any page. */
const STYLE = `
  .ground { fill: #fff; stroke: #e4e1d8 } .box { fill: #f2f0ea; stroke: #c9c5b9 } .file { fill: #fdf0d2; stroke: #d9a93a }
  .live { fill: #e0f3e8; stroke: #1c7346 } .past { fill: #f0e8fb; stroke: #6b3fa0 } .zone { fill: none; stroke: #c9c5b9; stroke-dasharray: 5 5 }
  .line { fill: none; stroke: #5d6270; stroke-width: 1.6 } .head { fill: #5d6270 }
  text { font: 15px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; fill: #1f2330 }
  .small { font-size: 12.5px; fill: #5d6270 } .code { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace; font-size: 12.5px }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #1b1e27; stroke: #2b2f3b } .box { fill: #262a36; stroke: #434857 } .file { fill: #35290f; stroke: #b98f35 }
    .live { fill: #16301f; stroke: #6fd3a0 } .past { fill: #2a1d3d; stroke: #c9a8ff } .zone { stroke: #434857 }
    .line { stroke: #9ca0ae } .head { fill: #9ca0ae } text { fill: #e7e6e1 } .small { fill: #a9adba }
  }`;

export type Kind = 'box' | 'file' | 'live' | 'past';

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function textAt(x: number, y: number, text: string, classes = '', anchor = 'middle'): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" class="${classes}">${escaped(text)}</text>`;
}

/** A box with a title and lines under it; a line that begins with a backtick is code. */
export function box(place: Place, kind: Kind, title: string, ...lines: readonly string[]): string {
  const { x, y, width, height } = place;
  const middle = x + width / 2;
  const top = y + height / 2 - (lines.length * 18) / 2 + 5;
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="9" class="${kind}"/>`,
    textAt(middle, top, title),
    ...lines.map((line, index) =>
      textAt(
        middle,
        top + (index + 1) * 18,
        line.replace('`', ''),
        line.startsWith('`') ? 'small code' : 'small',
      ),
    ),
  ].join('\n');
}

/** A dashed frame around what belongs together, named at its top left. */
export function zone({ x, y, width, height }: Place, name: string): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="12" class="zone"/>\n${textAt(x + 12, y + 19, name, 'small', 'start')}`;
}

/** An arrow along points, with a word at a place of its own. */
export function arrow(
  points: readonly (readonly [number, number])[],
  label?: { readonly x: number; readonly y: number; readonly text: string },
): string {
  const path = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join(' ');
  const word = label === undefined ? '' : `\n${textAt(label.x, label.y, label.text, 'small')}`;
  return `<path d="${path}" class="line" marker-end="url(#head)"/>${word}`;
}

export function note(x: number, y: number, text: string, anchor = 'middle'): string {
  return textAt(x, y, text, 'small', anchor);
}

/** A whole picture. What it shows is said in words too, for who cannot see it. */
export function picture(
  width: number,
  height: number,
  { title, description }: { readonly title: string; readonly description: string },
  ...parts: readonly string[]
): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">
<title id="title">${escaped(title)}</title>
<desc id="description">${escaped(description)}</desc>
<style>${STYLE}
</style>
<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 10 5 0 10z" class="head"/></marker></defs>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="14" class="ground"/>
${parts.join('\n')}
</svg>
`;
}
