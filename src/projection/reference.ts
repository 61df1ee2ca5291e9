import { Param, SQL } from 'drizzle-orm';

export type EnvelopeField = 'position' | 'id' | 'stream' | 'version' | 'type' | 'time';

/** What one `forEach` runs over; its items are referred to through it. */
export interface ItemScope {
  /** Outermost is 1. */
  readonly depth: number;
  /** The array, where it is a path of the event; undefined for an expression of the user's own. */
  readonly array: Reference | undefined;
}

/** The value that a path of the symbolic event stands for. Rendering decides what it becomes in SQL. */
export type Reference =
  | { readonly kind: 'envelope'; readonly field: EnvelopeField }
  | { readonly kind: 'data' | 'metadata'; readonly path: readonly string[] }
  | { readonly kind: 'item'; readonly scope: ItemScope; readonly path: readonly string[] }
  | { readonly kind: 'index'; readonly scope: ItemScope };

const REFERENCE = Symbol('reference');

/** A reference as it stands inside a Drizzle SQL tree: the value of a parameter. */
export class ReferenceValue {
  readonly [REFERENCE] = true;
  readonly reference: Reference;

  constructor(reference: Reference) {
    this.reference = reference;
  }
}

export function sqlOf(reference: Reference): SQL {
  return new SQL([new Param(new ReferenceValue(reference))]);
}

/** The reference as its author wrote it, for messages and lineage: `e.data.items[].price`. */
export function describeReference(reference: Reference): string {
  switch (reference.kind) {
    case 'envelope':
      return `e.${reference.field}`;
    case 'data':
    case 'metadata':
      return ['e', reference.kind, ...reference.path].join('.');
    case 'index':
      return `${arrayOf(reference.scope)}[]#`;
    case 'item':
      return [`${arrayOf(reference.scope)}[]`, ...reference.path].join('.');
  }
}

function arrayOf(scope: ItemScope): string {
  return scope.array === undefined ? 'forEach' : describeReference(scope.array);
}
