import { getTableName, is, Table } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { ProjectionistError } from '../errors.ts';
import type { Projection } from './define.ts';
import { describeView } from './describe-view.ts';
import type { Problems } from './problem.ts';
import type { IndexDescription, Program, ViewDescription } from './program.ts';
import { createSearch, searchTable } from './search-sql.ts';
import { createIndexes, createTable } from './table-sql.ts';

type CompiledViews = Pick<Program, 'views' | 'tables' | 'search' | 'indexes'>;

/** The views of a definition as descriptions and DDL; what is wrong with them is added to `problems`. */
export function compileViews(definition: Projection, problems: Problems): CompiledViews {
  const views: ViewDescription[] = [];
  const tables: Record<string, string> = {};
  const search: string[] = [];
  const indexes: IndexDescription[] = [];
  const names = new Names();
  for (const [key, table] of Object.entries(definition.views)) {
    problems.guard({}, () => {
      if (!is(table, Table)) throw refusal(`views.${key} is no Drizzle table`, 'Write sqliteTable(…).');
      const view = describeView(table, definition.search[key] ?? []);
      const own = createIndexes(table);
      names.claimAll(view, [...own.unique, ...own.others]);
      views.push(view);
      tables[view.name] = [createTable(table, view), ...own.unique.map(({ sql }) => sql)].join(';\n');
      search.push(...createSearch(view));
      indexes.push(...own.others);
    });
  }
  checkReferences(views, definition, problems);
  return { views, tables, search, indexes };
}

/** Tables and indexes share one set of names in SQLite, which does not tell them apart by case. */
class Names {
  readonly #owners = new Map<string, string>();

  claimAll(view: ViewDescription, indexes: readonly IndexDescription[]): void {
    this.#claim(view.name, `the view ${view.name}`);
    if (view.searchColumns.length > 0) {
      const search = searchTable(view.name);
      const tables = ['', '_data', '_idx', '_docsize', '_config'].map((suffix) => search + suffix);
      for (const name of tables) this.#claim(name, `the full-text index of ${view.name}`);
    }
    for (const { name } of indexes) this.#claim(name, `the index ${name} of ${view.name}`);
  }

  #claim(name: string, owner: string): void {
    if (/^(feed(_\d+)?|sqlite_.*|projectionist_.*)$/i.test(name)) {
      throw refusal(`${name} is a name that Projectionist keeps for itself`, 'Choose another name.');
    }
    const other = this.#owners.get(name.toLowerCase());
    if (other !== undefined) {
      throw refusal(
        `${owner} and ${other} have the same name in SQLite`,
        'Give each a name of its own; case makes no difference.',
      );
    }
    this.#owners.set(name.toLowerCase(), owner);
  }
}

function checkReferences(
  views: readonly ViewDescription[],
  definition: Projection,
  problems: Problems,
): void {
  const owned = new Set<unknown>(
    Object.values<SQLiteTable>(definition.views)
      .filter((table) => is(table, Table))
      .map(getTableName),
  );
  for (const view of views) {
    for (const reference of view.references) {
      if (owned.has(reference.view)) continue;
      problems.add({
        message: `${view.name} has a foreign key to ${reference.view}, which is not among the projection's views`,
        hint: 'Each projection has a file of its own, at a position of its own. Keep related views in one projection.',
      });
    }
  }
}

function refusal(message: string, hint: string): ProjectionistError {
  return new ProjectionistError('DEFINITION_INVALID', message, { hint });
}
