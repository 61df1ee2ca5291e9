import { type Condition, parameterOf } from './condition.ts';
import { fieldText } from './operand.ts';
import type { CancelSignal } from './platform.ts';

/** All that a query asks for. Frozen: every method of a query answers a new one. */
export interface Asked {
  /** Such as `/views/orders`. */
  readonly path: string;
  /** The parameters of a named query. */
  readonly given?: Readonly<Record<string, unknown>>;
  readonly select?: string;
  readonly conditions: readonly Condition[];
  readonly order: readonly string[];
  readonly limit?: number;
  readonly offset?: number;
  readonly preferences: Readonly<Record<string, string>>;
  readonly signal?: CancelSignal;
}

export interface OrderOptions {
  readonly descending?: boolean;
  /** Nulls come last, and first where it is descending, unless this says otherwise. */
  readonly nulls?: 'first' | 'last';
}

export function orderText(field: string, { descending = false, nulls }: OrderOptions): string {
  return `${fieldText(field)}${descending ? '.desc' : ''}${nulls === undefined ? '' : `.nulls${nulls}`}`;
}

/** The query string of what is asked, `?` included; '' for everything. */
export function queryString(asked: Asked): string {
  const parameters = new URLSearchParams(asked.conditions.map((condition) => [...parameterOf(condition)]));
  if (asked.select !== undefined) parameters.append('select', asked.select);
  if (asked.order.length > 0) parameters.append('order', asked.order.join(','));
  if (asked.limit !== undefined) parameters.append('limit', String(asked.limit));
  if (asked.offset !== undefined) parameters.append('offset', String(asked.offset));
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

/** The `Prefer` header (RFC 7240), where anything is preferred. */
export function preferHeader(preferences: Readonly<Record<string, string>>): Record<string, string> {
  const parts = Object.entries(preferences).map(([name, value]) => `${name}=${value}`);
  return parts.length === 0 ? {} : { Prefer: parts.join(', ') };
}
