import type { VNode } from 'preact';
import { html } from './html.ts';
import { Copy } from './parts.ts';

const KEYWORDS = new Set(
  (
    'and as asc autoincrement before begin by case check collate conflict constraint create default delete desc distinct do ' +
    'else end exists foreign from generated group having in index insert instead into is join key left like limit not nothing ' +
    'null of offset on or order primary raise references replace rollback row select set strict table temp then trigger union ' +
    'unique update using values view virtual when where with without'
  ).split(' '),
);
/** Strings, quoted names, numbers, words, and whatever is between them. */
const TOKENS = /('(?:[^']|'')*')|("(?:[^"]|"")*")|(\b\d+(?:\.\d+)?\b)|([A-Za-z_]\w*)|([^'"\w]+)/g;

/** A statement, broken into lines where it is one long one, with its keywords told apart. */
export function Sql({ text }: { readonly text: string }): VNode {
  const shown = laidOut(text);
  return html`<div class="sql-block">
    <${Copy} text=${text} label="Copy" />
    <pre class="sql" tabindex="0">${[...shown.matchAll(TOKENS)].map((match) => token(match))}</pre>
  </div>`;
}

function token([text, string, name, number, word]: RegExpExecArray): VNode | string {
  if (string !== undefined) return html`<span class="sql-string">${text}</span>`;
  if (number !== undefined) return html`<span class="sql-number">${text}</span>`;
  if (word !== undefined && KEYWORDS.has(word.toLowerCase())) return html`<b>${text}</b>`;
  return name ?? text;
}

/** Columns of a table, and clauses of a statement, each on a line of its own. */
function laidOut(text: string): string {
  if (/^create (virtual )?table/i.test(text) && !text.includes('\n'))
    return text.replace(
      /\((.*)\)([^)]*)$/s,
      (_, body: string, tail: string) => `(\n  ${splitTop(body).join(',\n  ')}\n)${tail}`,
    );
  return text
    .split('\n')
    .map((line) => {
      const indent = /^\s*/.exec(line)?.[0] ?? '';
      return line.length < 90
        ? line
        : line.replaceAll(
            / (values|on conflict|do update set|where|select|from|set) /gi,
            (_, word: string) => `\n${indent}  ${word} `,
          );
    })
    .join('\n');
}

/** At the commas that stand in no brackets. */
function splitTop(body: string): string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const character of body) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}
