import { ProjectionistError } from '../errors.ts';
import type { ViewDescription } from '../projection/program.ts';
import type { Filter, Ordering, ViewQuery } from './view-query.ts';

/** Reads a query string in PostgREST's dialect. Throws COLUMN_UNKNOWN or QUERY_INVALID, naming the parameter. */
export function parseQuery(parameters: URLSearchParams, view: ViewDescription): ViewQuery {
  const filters: Filter[] = [];
  for (const [name, value] of parameters) {
    if (RESERVED.has(name)) continue;
    requireColumn(view, name);
    filters.push(parseFilter(name, value));
  }
  return {
    filters,
    order: parseOrder(parameters.get('order'), view),
    limit: parseCount('limit', parameters.get('limit')),
    offset: parseCount('offset', parameters.get('offset')) ?? 0,
  };
}

const RESERVED = new Set(['order', 'limit', 'offset']);

function parseFilter(column: string, text: string): Filter {
  const [, operator, value] = /^([a-z]+)\.(.*)$/s.exec(text) ?? [];
  if (operator === 'eq' && value !== undefined) return { column, operator, value };
  throw invalid(`${column}=${text}`, `Write ${column}=eq.value; eq is the only operator so far.`);
}

function parseOrder(text: string | null, view: ViewDescription): Ordering[] {
  if (text === null || text === '') return [];
  return text.split(',').map((term) => {
    const [column = '', ...modifiers] = term.split('.');
    requireColumn(view, column);
    const unknown = modifiers.find((modifier) => !MODIFIERS.has(modifier));
    if (unknown !== undefined)
      throw invalid(
        `order=${text}`,
        'Write order=column.desc.nullslast; modifiers are asc, desc, nullsfirst and nullslast.',
      );
    const nulls = modifiers.includes('nullsfirst')
      ? 'first'
      : modifiers.includes('nullslast')
        ? 'last'
        : undefined;
    return { column, isDescending: modifiers.includes('desc'), nulls };
  });
}

const MODIFIERS = new Set(['asc', 'desc', 'nullsfirst', 'nullslast']);

function parseCount(name: string, text: string | null): number | undefined {
  if (text === null) return undefined;
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count)) return count;
  throw invalid(`${name}=${text}`, `${name} is a whole number from 0.`);
}

function requireColumn(view: ViewDescription, name: string): void {
  if (view.columns.some((column) => column.name === name)) return;
  throw new ProjectionistError('COLUMN_UNKNOWN', `${view.name} has no column ${name}`, {
    hint: `Columns: ${view.columns.map((column) => column.name).join(', ')}. Others: order, limit, offset.`,
  });
}

function invalid(what: string, hint: string): ProjectionistError {
  return new ProjectionistError('QUERY_INVALID', `The query parameter ${what} cannot be read`, { hint });
}
