/** A cell of a table: its text on one line, with nothing in it that a table or HTML would take for its own. */
export function cell(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('|', String.raw`\|`)
    .replaceAll(/<(?=[a-z/])/gi, '&lt;');
}

export function code(text: string): string {
  return `\`${text.replaceAll('|', String.raw`\|`)}\``;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`.replaceAll(/ {2,}/g, ' ');
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
