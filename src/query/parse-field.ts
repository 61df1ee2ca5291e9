import { nearest } from '../nearest.ts';
import type { ViewColumn, ViewDescription } from '../projection/program.ts';
import { listed, queryProblem, shown } from './query-problem.ts';
import type { Scanner } from './scanner.ts';
import type { Field, JsonStep } from './view-query.ts';

const DEEPEST_PATH = 32;

/** Reads `column`, `column->a->0` or `column->a->>b`. Throws COLUMN_UNKNOWN or QUERY_INVALID. */
export function parseField(scanner: Scanner, view: ViewDescription): Field {
  const column = columnOf(view, scanner.name(FIELD_HINT));
  return { column, ...parsePath(scanner, column) };
}

const FIELD_HINT = 'Write a column, or column->member->>member for a value inside JSON.';

/** The column of this name. Throws COLUMN_UNKNOWN. */
export function columnOf(view: ViewDescription, name: string): ViewColumn {
  const column = view.columns.find((candidate) => candidate.name === name);
  if (column !== undefined) return column;
  const names = view.columns.map((candidate) => candidate.name);
  throw queryProblem(
    'COLUMN_UNKNOWN',
    `column ${view.name}.${shown(name).slice(1, -1)} does not exist`,
    `${hintFor(name, names)}Columns: ${listed(names)}.`,
  );
}

function hintFor(name: string, names: readonly string[]): string {
  if (name === 'not') return 'A condition is negated after its column, as in id.not.eq.1. ';
  const guess = nearest(name.slice(0, 64), names);
  return guess === undefined ? '' : `Did you mean ${guess}? `;
}

function parsePath(scanner: Scanner, column: ViewColumn): Pick<Field, 'path' | 'isText'> {
  const path: JsonStep[] = [];
  let isText = false;
  while (!isText && scanner.skip('->')) {
    isText = scanner.skip('>');
    path.push(parseStep(scanner));
  }
  if (path.length > 0 && column.kind !== 'json')
    throw queryProblem(
      'QUERY_INVALID',
      `${column.name} holds no JSON, so that there is no path into it`,
      'Leave out the arrow.',
    );
  if (path.length > DEEPEST_PATH)
    throw queryProblem(
      'QUERY_TOO_LARGE',
      `A path goes deeper than ${DEEPEST_PATH} steps`,
      'Make it shorter.',
    );
  return { path, isText };
}

function parseStep(scanner: Scanner): JsonStep {
  const index = scanner.take(/-?\d{1,9}(?![^,.:!()>-])/y)?.[0];
  return index === undefined
    ? scanner.name('Write a member or the number of an item after the arrow.')
    : Number(index);
}

/** The name that a selected field has in the answer: the last member of its path, or the column. */
export function nameOfField({ column, path }: Field): string {
  return path.findLast((step): step is string => typeof step === 'string') ?? column.name;
}
