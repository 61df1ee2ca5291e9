import type { JsonSchema } from '../json-schema.ts';
import { type Alternative, alternativesOf, described } from './alternatives.ts';
import { keywordChanges, valueChanges } from './keyword-changes.ts';

/** What to do about a change that events which are written already do not survive. */
export type Remedy = 'keep' | 'fill-in' | 'convert';

/** One difference between two schemas, at a path like `data.items[].price`. */
export interface SchemaChange {
  readonly path: string;
  /** The rest of a sentence that starts with the path. */
  readonly what: string;
  /** Set where data that fitted the old schema may not fit the new one, or a field that can be read is gone. */
  readonly remedy?: Remedy;
}

/**
 * What became of a schema: every difference of which a JSON Schema can tell. A change has a remedy where it breaks data
 * of the old schema; the others only let in more. Both schemas are canonical.
 */
export function schemaChanges(before: JsonSchema, after: JsonSchema): SchemaChange[] {
  return new Comparison(before, after).all();
}

class Comparison {
  readonly #before: JsonSchema;
  readonly #after: JsonSchema;
  /** Pairs that are under way further out: a schema may be made of itself. */
  readonly #open = new Set<string>();

  constructor(before: JsonSchema, after: JsonSchema) {
    this.#before = before;
    this.#after = after;
  }

  all(): SchemaChange[] {
    return this.#compare(this.#before, this.#after, 'data');
  }

  #compare(before: JsonSchema, after: JsonSchema, path: string): SchemaChange[] {
    const [old, now] = [JSON.stringify(before), JSON.stringify(after)];
    // References of equal texts may still point to what is not equal.
    if (old === now && (before === this.#before || !old.includes('"$ref"'))) return [];
    const pair = `${old} → ${now}`;
    if (this.#open.has(pair)) return [];
    this.#open.add(pair);
    const changes = this.#compareAll(
      alternativesOf(before, this.#before),
      alternativesOf(after, this.#after),
      path,
    );
    this.#open.delete(pair);
    return changes;
  }

  #compareAll(before: readonly Alternative[], after: readonly Alternative[], path: string): SchemaChange[] {
    const [first, other] = [before[0], after[0]];
    if (before.length === 1 && after.length === 1 && first !== undefined && other !== undefined)
      return this.#compareOne(first, other, path);
    const matched = new Set<Alternative>();
    const changes = before.flatMap((old) => {
      const [nearest] = after
        .filter((candidate) => isOfKind(old.kind, candidate.kind))
        .map((candidate) => ({ candidate, changes: this.#compareOne(old, candidate, path) }))
        .toSorted((left, right) => weight(left.changes) - weight(right.changes));
      if (nearest === undefined)
        return [{ path, what: `may no longer be ${described(old)}`, remedy: 'convert' as const }];
      matched.add(nearest.candidate);
      return nearest.changes;
    });
    const added = after.filter((alternative) => !matched.has(alternative));
    return [
      ...changes,
      ...added.map((alternative) => ({ path, what: `may be ${described(alternative)} too` })),
    ];
  }

  #compareOne(before: Alternative, after: Alternative, path: string): SchemaChange[] {
    if (before.kind === undefined && after.kind !== undefined)
      return [{ path, what: `took any value, and is ${described(after)} now`, remedy: 'convert' }];
    if (before.kind !== undefined && after.kind === undefined) return [{ path, what: 'takes any value now' }];
    if (before.kind === 'integer' && after.kind === 'number')
      return [
        { path, what: 'takes any number now, not whole ones only' },
        ...this.#inside(before, after, path),
      ];
    if (before.kind !== after.kind)
      return [{ path, what: `was ${described(before)}, and is ${described(after)} now`, remedy: 'convert' }];
    return this.#inside(before, after, path);
  }

  #inside(
    { schema: before, kind }: Alternative,
    { schema: after }: Alternative,
    path: string,
  ): SchemaChange[] {
    return [
      ...valueChanges(before, after, kind, path),
      ...keywordChanges(before, after, path),
      ...this.#propertyChanges(before, after, path),
      ...this.#itemChanges(before, after, path),
    ];
  }

  #propertyChanges(before: JsonSchema, after: JsonSchema, path: string): SchemaChange[] {
    const [old, now] = [before.properties ?? {}, after.properties ?? {}];
    const kept = Object.entries(old).flatMap(([name, schema]): SchemaChange[] => {
      const place = `${path}.${name}`;
      const next = Object.hasOwn(now, name) ? now[name] : undefined;
      if (next === undefined) return [{ path: place, what: 'was removed', remedy: 'keep' }];
      return [...this.#compare(schema, next, place), ...requiredChange(before, after, name, place)];
    });
    const added = Object.keys(now).filter((name) => !Object.hasOwn(old, name));
    return [
      ...kept,
      ...added.map((name) => addedField(after, name, `${path}.${name}`)),
      ...this.#otherFieldChanges(before, after, path),
    ];
  }

  /** What an object says of fields that it does not name: a record's values, a strict object. */
  #otherFieldChanges(before: JsonSchema, after: JsonSchema, path: string): SchemaChange[] {
    const [old, now] = [before.additionalProperties ?? {}, after.additionalProperties ?? {}];
    if (old === false) return now === false ? [] : [{ path, what: 'takes fields now that it does not name' }];
    if (now === false)
      return [{ path, what: 'no longer takes fields that it does not name', remedy: 'keep' }];
    return this.#compare(old === true ? {} : old, now === true ? {} : now, `${path}.*`);
  }

  #itemChanges(before: JsonSchema, after: JsonSchema, path: string): SchemaChange[] {
    const [old, now] = [before.prefixItems ?? [], after.prefixItems ?? []];
    const places = Array.from({ length: Math.max(old.length, now.length) }, (_, index) => index);
    const pairs = places.map(
      (index) => [old[index] ?? restOf(before), now[index] ?? restOf(after), index] as const,
    );
    return [...pairs, [restOf(before), restOf(after), ''] as const].flatMap(
      ([was, is, index]): SchemaChange[] => {
        const place = `${path}[${index}]`;
        // Nothing could stand there before.
        if (was === false) return is === false ? [] : [{ path: place, what: 'was added' }];
        if (is === false) return [{ path: place, what: 'was removed', remedy: 'keep' }];
        return this.#compare(was, is, place);
      },
    );
  }
}

function isOfKind(kind: string | undefined, candidate: string | undefined): boolean {
  return candidate === undefined || kind === candidate || (kind === 'integer' && candidate === 'number');
}

/** How far two alternatives are apart: breaking changes count before all others. */
function weight(changes: readonly SchemaChange[]): number {
  return changes.reduce((sum, { remedy }) => sum + (remedy === undefined ? 1 : 1000), 0);
}

function requiredChange(before: JsonSchema, after: JsonSchema, name: string, path: string): SchemaChange[] {
  const [was, is] = [isRequired(before, name), isRequired(after, name)];
  if (was === is) return [];
  if (was) return [{ path, what: 'is optional now' }];
  return [{ path, what: 'was optional, and is required now', remedy: 'fill-in' }];
}

function addedField(after: JsonSchema, name: string, path: string): SchemaChange {
  return isRequired(after, name)
    ? { path, what: 'was added, and is required', remedy: 'fill-in' }
    : { path, what: 'was added, optional' };
}

function isRequired({ required = [] }: JsonSchema, name: string): boolean {
  return required.includes(name);
}

/** What the items may be that have no place of their own; false where there may be none. */
function restOf({ items }: JsonSchema): JsonSchema | false {
  if (items === false) return false;
  return typeof items === 'object' ? items : {};
}
