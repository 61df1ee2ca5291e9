import { Param, SQL } from 'drizzle-orm';
import { ProjectionistError } from '../errors.ts';
import { ANY_ITEM, type PathStep } from './schema-path.ts';

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

/**
 * What a reference comes to: a SQL value (an object or array as JSON text), JSON text whatever it is, or JSONB where it
 * is an object or array.
 */
export type ReferenceForm = 'value' | 'json' | 'jsonb';

/** A reference as it stands inside a Drizzle SQL tree: the value of a parameter. */
export class ReferenceValue {
  readonly reference: Reference;
  readonly form: ReferenceForm;

  constructor(reference: Reference, form: ReferenceForm) {
    this.reference = reference;
    this.form = form;
  }

  /** Drizzle's `inlineParams()` would write this into the statement. */
  toString(): never {
    throw new ProjectionistError(
      'DEFINITION_INVALID',
      `${describeReference(this.reference)} stands in a fragment with inlineParams()`,
      {
        hint: 'Drop .inlineParams(): every value of a handler is inlined anyway.',
      },
    );
  }
}

export function sqlOf(reference: Reference, form: ReferenceForm = 'value'): SQL {
  return new SQL([new Param(new ReferenceValue(reference, form))]);
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
    default:
      return [`${arrayOf(reference.scope)}[]`, ...reference.path].join('.');
  }
}

/** The path from the event's data, through the arrays of enclosing `forEach` calls; undefined where it is not in data. */
export function dataPath(reference: Reference): PathStep[] | undefined {
  if (reference.kind === 'data') return [...reference.path];
  if (reference.kind !== 'item' || reference.scope.array === undefined) return undefined;
  const array = dataPath(reference.scope.array);
  return array === undefined ? undefined : [...array, ANY_ITEM, ...reference.path];
}

function arrayOf(scope: ItemScope): string {
  return scope.array === undefined ? 'forEach' : describeReference(scope.array);
}
