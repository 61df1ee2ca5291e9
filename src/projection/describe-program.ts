import { blockSql } from './feed-sql.ts';
import type { Program } from './program.ts';

/** A compiled projection for a reader: what `explain --json` prints and `GET /projections/<name>/program` answers. */
export interface ProgramDescription {
  readonly projection: string;
  readonly hash: string;
  /** CREATE TABLE of each view, and what stands beside them: indexes, full-text tables. */
  readonly tables: readonly string[];
  /** The triggers, by event type. */
  readonly statements: readonly string[];
  /** Which fields of which events feed each column, such as `order.placed: data.total`. */
  readonly lineage: readonly {
    readonly view: string;
    readonly column: string;
    readonly from: readonly string[];
  }[];
}

export function describeProgram(program: Program): ProgramDescription {
  const { projection, hash, tables, indexes, search, feed, lineage } = program;
  return {
    projection,
    hash,
    tables: [...Object.values(tables), ...indexes.map(({ sql }) => sql), ...search],
    statements: Object.values(feed).flat().flatMap(blockSql),
    lineage: lineage.map(({ view, column, sources }) => ({
      view,
      column,
      from: sources.map(
        ({ eventType, path }) => `${eventType}: ${path?.replace(/^e\./, '') ?? '(constant)'}`,
      ),
    })),
  };
}
