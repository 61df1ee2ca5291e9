import { queryProblem, shown } from './query-problem.ts';

/** Steps through a pattern of LIKE: `%`, `_`, and a backslash before a character that stands for itself. */
function translate(
  pattern: string,
  signs: { any: string; one: string; literal: (character: string) => string },
): string {
  let text = '';
  const characters = Array.from(pattern);
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] as string;
    if (character === '%') text += signs.any;
    else if (character === '_') text += signs.one;
    else if (character === '\\') text += signs.literal(characters[(at += 1)] ?? endsEarly(pattern));
    else text += signs.literal(character);
  }
  return text;
}

/** A pattern for GLOB, which tells upper and lower case apart where SQLite's LIKE does not. */
export function toGlob(pattern: string): string {
  return translate(pattern, {
    any: '*',
    one: '?',
    literal: (character) => (/[*?[]/.test(character) ? `[${character}]` : character),
  });
}

/** A pattern for LIKE … ESCAPE '\'. */
export function toLike(pattern: string): string {
  return translate(pattern, {
    any: '%',
    one: '_',
    literal: (character) => (/[%_\\]/.test(character) ? `\\${character}` : character),
  });
}

export function isAscii(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- the range is ASCII, all of it
  return /^[\0-\x7f]*$/.test(text);
}

function endsEarly(pattern: string): never {
  throw queryProblem(
    'VALUE_INVALID',
    `The pattern ${shown(pattern)} ends with a backslash that has nothing to escape`,
    String.raw`Write \\ for a backslash.`,
  );
}
