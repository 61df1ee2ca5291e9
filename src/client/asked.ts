import { writeExactly } from '../exact-json.ts';
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
  /** Parameters that stand in the query string as they are. */
  readonly parameters?: readonly (readonly [name: string, value: string])[];
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

/**
 * The query string of what is asked, `?` included; '' for everything. `given` are a named query's parameters, where they
 * have to stand in it too.
 */
export function queryString(asked: Asked, given: Asked['given'] = {}): string {
  const { select, conditions, order, limit, offset, parameters: further = [] } = asked;
  const parameters: [string, string][] = [
    ...Object.entries(given).flatMap(([name, value]) => pairOf(name, value)),
    ...conditions.map((condition) => parameterOf(condition)),
    ...pairOf('select', select),
    ...pairOf('order', order.length === 0 ? undefined : order.join(',')),
    ...pairOf('limit', limit),
    ...pairOf('offset', offset),
    ...further.map(([name, value]): [string, string] => [name, value]),
  ];
  const text = new URLSearchParams(parameters).toString();
  return text === '' ? '' : `?${text}`;
}

function pairOf(name: string, value: unknown): [string, string][] {
  if (value === undefined) return [];
  return [[name, typeof value === 'string' ? value : writeExactly(value)]];
}

/** The `Prefer` header (RFC 7240), where anything is preferred. */
export function preferHeader(preferences: Readonly<Record<string, string>>): Record<string, string> {
  const parts = Object.entries(preferences).map(([name, value]) => `${name}=${value}`);
  return parts.length === 0 ? {} : { Prefer: parts.join(', ') };
}
