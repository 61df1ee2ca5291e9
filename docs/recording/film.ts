export interface Frame {
  /** Milliseconds since the beginning. */
  readonly at: number;
  readonly rows: readonly (readonly { readonly text: string; readonly style: string }[])[];
}

const CHARACTER = 8.43;
const LINE = 19;
const MARGIN = 18;
const BAR = 30;

const STYLE = `
text { font: 14px ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #e7e6e1; white-space: pre }
.b { font-weight: 700 } .d { fill: #9ca0ae } .r { fill: #ff9d94 } .g { fill: #6fd3a0 } .y { fill: #f0c36a } .l { fill: #8fabff } .c { fill: #7fd6d6 }`;

/**
 * Frames as a film: one SVG whose frames stand below one another, and are moved past a window. A row that comes again is
 * kept once. Who asks for less motion sees the last frame.
 */
export function filmOf(frames: readonly Frame[], columns: number, lines: number, seconds: number): string {
  const kept = new Map<string, string>();
  const width = Math.ceil(columns * CHARACTER + 2 * MARGIN);
  const inner = lines * LINE + 12;
  const strip = frames.map(({ rows }, index) => {
    const uses = rows.flatMap((row, y) => {
      const text = rowText(row);
      if (text === '') return [];
      const id = kept.get(text) ?? `r${kept.size.toString(36)}`;
      kept.set(text, id);
      return [`<use href="#${id}" y="${index * inner + (y + 1) * LINE}"/>`];
    });
    return uses.join('');
  });
  const steps = frames.map(
    ({ at }, index) => `${(at / 10 / seconds).toFixed(3)}%{transform:translateY(${-index * inner}px)}`,
  );
  const last = -(frames.length - 1) * inner;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${inner + BAR + MARGIN}" width="${width}" height="${inner + BAR + MARGIN}" role="img" aria-label="A terminal session, recorded">
<style>${STYLE}
#film { transform: translateY(${last}px); animation: play ${seconds}s step-end infinite }
@keyframes play { ${steps.join(' ')} 100% { transform: translateY(${last}px) } }
@media (prefers-reduced-motion: reduce) { #film { animation: none } }
</style>
<rect width="100%" height="100%" rx="12" fill="#14161d"/>
<g fill="#434857"><circle cx="22" cy="18" r="5.5"/><circle cx="40" cy="18" r="5.5"/><circle cx="58" cy="18" r="5.5"/></g>
<defs>
${[...kept].map(([text, id]) => `<text id="${id}">${text}</text>`).join('\n')}
</defs>
<svg x="${MARGIN}" y="${BAR}" width="${width - 2 * MARGIN}" height="${inner}"><g id="film">
${strip.join('\n')}
</g></svg>
</svg>
`;
}

/** Without what is blank at the end; each run of a style at its own column, whatever the font's width. */
function rowText(row: Frame['rows'][number]): string {
  const plain = row
    .map(({ text }) => text)
    .join('')
    .trimEnd();
  let column = 0;
  const spans = row.flatMap(({ text, style }) => {
    const shown = text.slice(0, Math.max(0, plain.length - column));
    const x = (column * CHARACTER).toFixed(1);
    column += text.length;
    if (shown.trim() === '') return [];
    const length = (shown.trimEnd().length * CHARACTER).toFixed(1);
    return `<tspan x="${x}" textLength="${length}"${style === '' ? '' : ` class="${style}"`}>${escaped(shown.trimEnd())}</tspan>`;
  });
  return spans.join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
