import { isNumbered } from './describe-view.ts';
import { quoteName } from './literal.ts';
import type { ViewDescription } from './program.ts';

/** The row number of a view that has a key of its own, where full-text search needs a stable one beside it. */
export const ROW_NUMBER = 'projectionist_rowid';

/** The name of the full-text table of a view. */
export function searchTable(view: string): string {
  return `${view}_search`;
}

/** The full-text table of a view and the triggers that keep it (https://sqlite.org/fts5.html#external_content_tables). */
export function createSearch(view: ViewDescription): string[] {
  if (view.searchColumns.length === 0) return [];
  const row = isNumbered(view) ? (view.primaryKey[0] as string) : ROW_NUMBER;
  const search = quoteName(searchTable(view.name));
  const columns = view.searchColumns.map(quoteName).join(', ');
  const values = (side: string) =>
    [row, ...view.searchColumns].map((column) => `${side}.${quoteName(column)}`).join(', ');
  const remove = `INSERT INTO ${search} (${search}, rowid, ${columns}) VALUES ('delete', ${values('OLD')});`;
  const add = `INSERT INTO ${search} (rowid, ${columns}) VALUES (${values('NEW')});`;
  const trigger = (when: string, body: string) => {
    const name = quoteName(`${searchTable(view.name)}_${when.toLowerCase()}`);
    return `CREATE TRIGGER ${name} AFTER ${when} ON ${quoteName(view.name)} BEGIN ${body} END`;
  };
  return [
    `CREATE VIRTUAL TABLE ${search} USING fts5 (${columns}, content=${quoteName(view.name)}, content_rowid=${quoteName(row)})`,
    trigger('INSERT', add),
    trigger('DELETE', remove),
    trigger('UPDATE', `${remove} ${add}`),
  ];
}
