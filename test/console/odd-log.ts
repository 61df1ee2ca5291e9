import { writeFileSync } from 'node:fs';

const START = Date.UTC(2025, 0, 1);
const HOUR = 3_600_000;

/** Values that are long, empty, of other scripts, of several lines, or look like something else. */
const TEXTS: readonly (readonly [name: string, text: string])[] = [
  ['שלום', 'שלום עולם, זו הערה ארוכה בעברית עם מספרים 123 ו-ABC באמצע!'],
  ['مرحبا', 'مرحبا بالعالم: هذا نص طويل باللغة العربية'],
  ['日本', '日本語のとても長いテキストが列に収まるかどうかを確かめるための文章です。'.repeat(3)],
  ['a/b?c#d', '한국어 텍스트 🎉👩‍👩‍👧‍👦'],
  ['very-long-stream-name-'.repeat(12), 'a'.repeat(5000)],
  ['%41&x=1', 'line one\nline two\n\tthree'],
  ['<b>', '<script>alert(1)</script> & "quotes"'],
  ['empty', ''],
  ['a b', '  spaces  '],
  [`o'brien "the" \\ and \u202Eback`, "it's \\ a `quote` \u202E and turned \u202C, 🏳️‍🌈"],
  ['0'.repeat(180), JSON.stringify({ text: 'x'.repeat(100_000) })],
];
const SHEET_ROWS = 40;

/** None, a few, or 100 kB of them. */
function tagsOf(at: number): readonly string[] {
  if (at === TEXTS.length - 1)
    return Array.from({ length: 2000 }, (_, tag) => `tag ${tag} ${'t'.repeat(40)}`);
  return at % 2 === 0 ? [] : ['a', 'b', 'c'.repeat(80)];
}

/** Writes events of every awkward kind, for the projections in `odd/`. */
export function writeOdd(path: string): void {
  const events = [
    ...TEXTS.map(([name, text], at) => ({
      stream: `note-${name}`,
      type: 'note.taken',
      data: { text, tags: tagsOf(at) },
    })),
    ...Array.from({ length: SHEET_ROWS }, (_, at) => ({
      stream: 'sheet-1',
      type: 'sheet.filled',
      data: { value: at * 1_234_567.891 },
    })),
    { stream: `note-${TEXTS[0]?.[0]}`, type: 'note.retaken', data: { text: 'once more' } },
  ];
  const lines = events.map((event, at) =>
    JSON.stringify({ id: `odd-${at}`, time: new Date(START + at * HOUR).toISOString(), ...event }),
  );
  writeFileSync(path, `${lines.join('\n')}\n`);
}
