/** The proven column of each view, by its name. */
export type Names = ReadonlyMap<string, string>;

/**
 * True where a condition, as tokens, holds only for rows in which a column equals one of `values`: one of the parts that
 * AND joins must say just that. Anything that could take the parts apart otherwise is not understood, and so not true.
 */
export function isBoundTo(
  tokens: readonly string[],
  table: string,
  column: string,
  values: readonly string[],
): boolean {
  const own = `"${table}"."${column}"`;
  return conjuncts(tokens).some((part) =>
    values.some((value) => part === `${own}=${value}` || part === `${value}=${own}`),
  );
}

/** The parts of a condition that AND joins, without spaces. None where there is an OR, BETWEEN or CASE beside them. */
function conjuncts(tokens: readonly string[]): string[] {
  const inner = unwrapped(tokens);
  const parts: string[][] = [[]];
  let depth = 0;
  for (const token of inner) {
    const word = token.toLowerCase();
    depth += token === '(' ? 1 : token === ')' ? -1 : 0;
    if (depth === 0 && ['or', 'between', 'case'].includes(word)) return [];
    if (depth === 0 && word === 'and') parts.push([]);
    else parts.at(-1)?.push(token);
  }
  if (parts.length === 1) return [inner.join('')];
  return parts.flatMap(conjuncts);
}

/** Without the parentheses around all of it. */
function unwrapped(tokens: readonly string[]): readonly string[] {
  if (tokens[0] !== '(' || closing(tokens, 0) !== tokens.length - 1) return tokens;
  return unwrapped(tokens.slice(1, -1));
}

/** The place of the parenthesis that closes the one at `open`. */
function closing(tokens: readonly string[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    if (tokens[at] === '(') depth += 1;
    if (tokens[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return tokens.length;
}

/** SQLite's own functions that a subquery may read from: what they are given is of the event. */
export const EACH = /^jsonb?_(each|tree)$/i;
const ENDS = new Set(['group', 'order', 'limit', 'having', 'window']);

/**
 * What a statement, as tokens, reads beyond the rows in which the proven column of a view equals one of `values`; undefined
 * where there is nothing of that kind. What is not understood counts.
 */
export function outsideRead(
  tokens: readonly string[],
  proven: Names,
  values: readonly string[],
): string | undefined {
  for (const [at, token] of tokens.entries()) {
    const word = token.toLowerCase();
    // `x IN view` reads it without a SELECT.
    if (word === 'in' && tokens[at + 1] !== '(') return `all of ${tokens[at + 1]}`;
    if (word !== 'select') continue;
    const isSubquery = tokens[at - 1] === '(';
    const found = isSubquery
      ? unboundSource(tokens.slice(at + 1, closing(tokens, at - 1)), proven, values)
      : 'what a SELECT gives';
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a subquery reads, where that is not limited. */
function unboundSource(
  tokens: readonly string[],
  proven: Names,
  values: readonly string[],
): string | undefined {
  const words = topLevel(tokens);
  const from = words.findIndex((word) => word === 'from');
  if (from === -1) return undefined;
  const source = tokens[from + 1] ?? '';
  if (EACH.test(source)) {
    return words.slice(from + 2).some((word) => [',', 'join', 'union', 'except', 'intersect'].includes(word))
      ? 'several sources at once'
      : undefined;
  }
  const view = source.replaceAll('"', '');
  const column = proven.get(view);
  if (column === undefined) return `${view}, whose rows are not those of one stream`;
  if (words[from + 2] !== 'where') return `rows of ${view} that are not limited`;
  const end = words.findIndex((word, at) => at > from && ENDS.has(word));
  const where = tokens.slice(from + 3, end === -1 ? undefined : end);
  const isCompound = words.slice(from + 3).some((word) => ['union', 'except', 'intersect'].includes(word));
  return !isCompound && isBoundTo(where, view, column, values)
    ? undefined
    : `rows of ${view} that are not limited to one stream`;
}

/** The tokens in lower case, and '' for what stands in parentheses. */
function topLevel(tokens: readonly string[]): string[] {
  let depth = 0;
  return tokens.map((token) => {
    if (token === ')') depth -= 1;
    const word = depth === 0 ? token.toLowerCase() : '';
    if (token === '(') depth += 1;
    return word;
  });
}
