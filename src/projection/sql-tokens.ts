const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|[\p{L}_][\p{L}\p{N}_$]*|\d[\w.]*|\s+|--[^\n]*|\/\*.*?\*\/|./gsu;

/** SQL text in parts, without white space and comments: quoted text and names, words, numbers, single characters. */
export function tokensOf(sql: string): string[] {
  return rawTokens(sql).filter((token) => !isSpace(token));
}

/** SQL text on one line and without comments, so that the layout of a `sql` template is no part of the program. */
export function onOneLine(sql: string): string {
  let text = '';
  let hasSpace = false;
  for (const token of rawTokens(sql)) {
    if (isSpace(token)) hasSpace = true;
    else {
      if (hasSpace && text !== '' && !text.endsWith('(') && token !== ')' && token !== ',') text += ' ';
      text += token;
      hasSpace = false;
    }
  }
  return text;
}

function rawTokens(sql: string): readonly string[] {
  return sql.match(TOKEN) ?? [];
}

function isSpace(token: string): boolean {
  return token.startsWith('--') || token.startsWith('/*') || token.trim() === '';
}
