import { readFileSync } from 'node:fs';

export interface Block {
  readonly language: string;
  readonly text: string;
  /** The line of the opening fence, counted from 1. */
  readonly line: number;
  /** Named in a comment on the block's first line, where it is a whole file. */
  readonly file: string | undefined;
  /**
   * What a fragment takes as given: code in an HTML comment just before it, `<!-- given: … -->`, that no reader sees. The
   * fragment stands in the place of a line of dots, and else at the end.
   */
  readonly given: string | undefined;
}

/** The fenced blocks of a document, in order. */
export function blocksOf(path: string): Block[] {
  const document = readFileSync(path, 'utf8');
  return [...document.matchAll(/^```(\w*)[^\n]*\n(.*?)^```$/gms)].map((match) => {
    const [, language = '', text = ''] = match;
    const [, given] = /<!-- given:\s((?:(?!-->).)*)-->\n+$/s.exec(document.slice(0, match.index)) ?? [];
    const file = /^(?:\/\/|<!--|#) ([\w./-]+\.\w+)(?: -->)?\n/.exec(text);
    return {
      language,
      text: file === null ? text : text.slice(file[0].length),
      line: document.slice(0, match.index).split('\n').length,
      file: file?.[1],
      given,
    };
  });
}
