import type { SqliteDatabase } from '../../database/open.ts';
import type { Program } from '../../projection/program.ts';
import { REPLAYED } from './compare.ts';

/** Tables and triggers of the views that are not what the program makes: somebody has altered the file. */
export function alteredParts(db: SqliteDatabase, program: Program): string[] {
  const names = program.views.map(() => '?').join(', ');
  const parts = (schema: string) =>
    `SELECT type || ' ' || name AS part, sql FROM ${schema}.sqlite_schema WHERE type IN ('table', 'trigger') AND tbl_name IN (${names})`;
  const views = program.views.map(({ name }) => name);
  const differing = (one: string, other: string): string[] =>
    db
      .prepare(`SELECT part FROM (${parts(one)} EXCEPT ${parts(other)})`)
      .pluck()
      .all(...views, ...views) as string[];
  return [...new Set([...differing('main', REPLAYED), ...differing(REPLAYED, 'main')])].toSorted();
}
