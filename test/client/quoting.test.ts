import { assert, asyncProperty, constantFrom, oneof, string, uniqueArray } from 'fast-check';
import { expect, test } from 'vitest';
import { notebook } from './support.ts';

const runs = Number(process.env['FUZZ_RUNS'] ?? 60);
const seed = process.env['FUZZ_SEED'] === undefined ? {} : { seed: Number(process.env['FUZZ_SEED']) };

/** Signs of the dialect, of URLs and of JSON, and words that mean something in it. */
const signs = [...Array.from(',"()\\.:*%_&=+#?/\' {}\néßaB1'), '日本', '🙂', '\u200D'];
const words = ['null', 'not.', 'eq.', 'in.(', 'or(', 'and(', '->', '->>'];
const piece = constantFrom(...signs, ...words);
const body = oneof(string({ unit: piece, maxLength: 6 }), string({ unit: 'grapheme', maxLength: 6 }));
const bodies = uniqueArray(body, { minLength: 3, maxLength: 8 });
/** The column has a name that needs quotes, one that is reserved, or neither. */
const column = constantFrom('body' as const, 'order' as const, 'a,"b".c' as const);

/** A regular expression for a text and nothing else. */
function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

test('whatever text is asked for, exactly the rows that have it are found', async () => {
  const { client } = await notebook();
  let run = 0;
  const finds = asyncProperty(bodies, column, async (all, name) => {
    run += 1;
    const { position } = await client.appendAll(
      all.map((text, index) => ({ stream: `${run}-${index}`, type: 'note.taken', data: { body: text } })),
    );
    const mine = client.view('notes').like('id', `${run}-*`).order('id').order(name).waitFor(position);
    const found = async (query: typeof mine) => (await query.select('id', name)).map((row) => row[name]);
    const [a, b, c] = all as [string, string, string];
    const sorted = (texts: readonly string[]) => texts.toSorted();
    expect(await found(mine.eq(name, a))).toEqual([a]);
    expect(sorted(await found(mine.neq(name, a)))).toEqual(sorted(all.slice(1)));
    expect(sorted(await found(mine.in(name, [a, b])))).toEqual(sorted([a, b]));
    expect(sorted(await found(mine.or((is) => [is.eq(name, a), is.eq(name, c)])))).toEqual(sorted([a, c]));
    expect(await found(mine.or((is) => [is.and(is.in(name, [a, b]), is.not(is.eq(name, b)))]))).toEqual([a]);
    expect(sorted(await found(mine.not((is) => is.in(name, [a, b]))))).toEqual(sorted(all.slice(2)));
    expect(sorted(await found(mine.anyOf(name, 'eq', [a, b])))).toEqual(sorted([a, b]));
    expect(sorted(await found(mine.allOf(name, 'neq', [a, b])))).toEqual(sorted(all.slice(2)));
    expect(await found(mine.or((is) => [is.anyOf(name, 'eq', [a])]))).toEqual([a]);
    expect(sorted(await found(mine.isDistinct(name, a)))).toEqual(sorted(all.slice(1)));
    const exactly = `^${literally(a)}$`;
    expect(await found(mine.match(name, exactly))).toEqual([a]);
    expect(await found(mine.or((is) => [is.match(name, exactly)]))).toEqual([a]);
  });
  await assert(finds, { numRuns: runs, ...seed });
});
