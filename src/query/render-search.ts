import { isNumbered } from '../projection/describe-view.ts';
import type { ViewColumn, ViewDescription } from '../projection/program.ts';
import { ROW_NUMBER, searchTable } from '../projection/search-sql.ts';
import { bound, type Fragment, fragment, joined, name } from './fragment.ts';
import type { SearchTerm } from './search-term.ts';

/**
 * A full-text condition. Every phrase is a look-up of its own in the index, joined by SQL's AND, OR and NOT: FTS5's own
 * have no NOT that stands alone, and a syntax that a request could break.
 */
export function renderSearch(
  view: ViewDescription,
  alias: Fragment,
  column: ViewColumn,
  term: SearchTerm,
): Fragment {
  const render = (each: SearchTerm) => renderSearch(view, alias, column, each);
  switch (term.kind) {
    case 'phrase':
      return renderPhrase(view, alias, column, term);
    case 'not':
      return fragment`NOT (${render(term.term)})`;
    case 'and':
    case 'or':
      if (term.terms.length === 0) return fragment`0`;
      return fragment`(${joined(term.terms.map(render), term.kind === 'and' ? ' AND ' : ' OR ')})`;
  }
}

function renderPhrase(
  view: ViewDescription,
  alias: Fragment,
  column: ViewColumn,
  term: Extract<SearchTerm, { kind: 'phrase' }>,
): Fragment {
  const row = name(isNumbered(view) ? (view.primaryKey[0] as string) : ROW_NUMBER);
  const table = name(searchTable(view.name));
  const text = `{${quoted(column.name)}} : ${quoted(term.words)}${term.isPrefix ? ' *' : ''}`;
  return fragment`${alias}.${row} IN (SELECT rowid FROM ${table} WHERE ${table} MATCH ${bound(text)})`;
}

/** A string of FTS5 (https://sqlite.org/fts5.html#fts5_strings); a NUL would end the expression. */
function quoted(text: string): string {
  return `"${text.replaceAll('\0', ' ').replaceAll('"', '""')}"`;
}
