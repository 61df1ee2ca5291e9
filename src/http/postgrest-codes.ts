import type { ErrorCode } from '../errors.ts';

/**
 * What PostgREST (https://docs.postgrest.org/en/v13/references/errors.html), or PostgreSQL behind it, calls an error: its
 * clients look at these. All other errors keep their own code.
 */
export const POSTGREST_CODES: Readonly<Partial<Record<ErrorCode, string>>> = {
  QUERY_INVALID: 'PGRST100',
  QUERY_TOO_LARGE: 'PGRST100',
  CURSOR_INVALID: 'PGRST100',
  COLUMN_UNKNOWN: '42703',
  VALUE_INVALID: '22P02',
  VALUE_OUT_OF_RANGE: '22003',
  PATTERN_INVALID: '2201B',
  VIEW_UNKNOWN: 'PGRST205',
  QUERY_UNKNOWN: 'PGRST202',
  QUERY_TIMEOUT: '57014',
  PARAMETER_INVALID: '22P02',
  RANGE_UNSATISFIABLE: 'PGRST103',
  NOT_ACCEPTABLE: 'PGRST107',
  EMBED_UNKNOWN: 'PGRST108',
  NOT_SINGULAR: 'PGRST116',
  METHOD_NOT_ALLOWED: 'PGRST117',
  RELATED_ORDER_IMPOSSIBLE: 'PGRST118',
  PREFERENCE_INVALID: 'PGRST122',
  AGGREGATES_OFF: 'PGRST123',
  RELATION_UNKNOWN: 'PGRST200',
  RELATION_AMBIGUOUS: 'PGRST201',
};
