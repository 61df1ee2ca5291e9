import type { Condition, Field, ViewQuery } from './view-query.ts';
import type { GenerationReader } from './generation-reader.ts';

/** What ANALYZE found in a table when it last looked. */
interface TableStatistics {
  rows: number;
  /** By the first column of each index: the rows that have one value of it, on average. */
  readonly rowsOfValue: Map<string, number>;
}

type Statistics = ReadonlyMap<string, TableStatistics>;

/** Milliseconds after which the statistics are read again: they are brought up to date while the view grows. */
const FRESH = 5000;

const known = new WeakMap<GenerationReader, { readonly statistics: Statistics; readonly at: number }>();

/** The share of the rows that pass a condition of which the statistics say nothing, as SQLite takes it for a range. */
const UNKNOWN_SHARE = 0.25;

/**
 * How many rows a query has, judged by the statistics that SQLite's planner goes by
 * (https://sqlite.org/fileformat2.html#stat1tab), without reading a row. Undefined where there are none.
 */
export function estimatedRows(reader: GenerationReader, query: ViewQuery): number | undefined {
  const table = statisticsOf(reader).get(query.view.name);
  if (table === undefined) return undefined;
  return Math.round(table.rows * shareOfAll(table, query.conditions));
}

function statisticsOf(reader: GenerationReader): Statistics {
  const last = known.get(reader);
  const now = performance.now();
  if (last !== undefined && now - last.at < FRESH) return last.statistics;
  const statistics = readStatistics(reader);
  known.set(reader, { statistics, at: now });
  return statistics;
}

interface StatisticsRow {
  readonly tbl: string;
  readonly stat: string;
  readonly column: string | null;
}

function readStatistics({ db }: GenerationReader): Statistics {
  const tables = new Map<string, TableStatistics>();
  const isAnalyzed = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").get();
  if (isAnalyzed === undefined) return tables;
  const rows = db
    .prepare(
      'SELECT tbl, stat, first.name AS column FROM sqlite_stat1 LEFT JOIN pragma_index_info(idx) AS first ON first.seqno = 0',
    )
    .all() as StatisticsRow[];
  for (const { tbl, stat, column } of rows) {
    const [all = 0, ofValue = all] = stat.split(' ').map(Number);
    const table = tables.get(tbl) ?? { rows: all, rowsOfValue: new Map<string, number>() };
    tables.set(tbl, table);
    // A partial index counts some of the rows alone.
    table.rows = Math.max(table.rows, all);
    if (column !== null) table.rowsOfValue.set(column, ofValue);
  }
  return tables;
}

function shareOfAll(table: TableStatistics, conditions: readonly Condition[]): number {
  return conditions.reduce((share, each) => share * shareOf(table, each), 1);
}

function shareOf(table: TableStatistics, condition: Condition): number {
  switch (condition.kind) {
    case 'and':
      return shareOfAll(table, condition.conditions);
    case 'or':
      return Math.min(
        1,
        condition.conditions.reduce((sum, each) => sum + shareOf(table, each), 0),
      );
    case 'not':
      return 1 - shareOf(table, condition.condition);
    case 'in':
      return Math.min(1, shareOfValue(table, condition.field) * condition.values.length);
    case 'compare':
      if (condition.operator === 'eq') return shareOfValue(table, condition.field);
      return condition.operator === 'neq' || condition.operator === 'isdistinct'
        ? 1 - shareOfValue(table, condition.field)
        : UNKNOWN_SHARE;
    default:
      return UNKNOWN_SHARE;
  }
}

function shareOfValue(table: TableStatistics, { column, path }: Field): number {
  const ofValue = path.length > 0 ? undefined : table.rowsOfValue.get(column.name);
  return ofValue === undefined || table.rows === 0 ? UNKNOWN_SHARE : ofValue / table.rows;
}
