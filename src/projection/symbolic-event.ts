import type { SQL } from 'drizzle-orm';
import { ProjectionistError } from '../errors.ts';
import type { AnyPath, FieldPath, SymbolicEvent } from './event-path.ts';
import { describeReference, type EnvelopeField, type ItemScope, type Reference, sqlOf } from './reference.ts';

type PathReference = Extract<Reference, { readonly path: readonly string[] }>;

const ENVELOPE: readonly EnvelopeField[] = ['position', 'id', 'stream', 'version', 'type', 'time'];
const REFERENCE_OF = new WeakMap<object, Reference>();

/** The recorder that a handler gets in place of an event. */
export function symbolicEvent(): SymbolicEvent<never> {
  const members: Record<string, unknown> = {
    data: pathOf({ kind: 'data', path: [] }),
    metadata: pathOf({ kind: 'metadata', path: [] }),
  };
  for (const field of ENVELOPE) members[field] = pathOf({ kind: 'envelope', field });
  return new Proxy(members, { get: envelopeMember }) as never;
}

/** The recorders that a `forEach` body gets in place of an item and of its index (or key, for an object). */
export function symbolicItem(scope: ItemScope): { item: AnyPath; index: SQL<number> } {
  return {
    item: pathOf({ kind: 'item', scope, path: [] }),
    index: pathOf({ kind: 'index', scope }) as SQL<number>,
  };
}

/** The reference behind a path, or undefined for any other value. */
export function referenceOf(value: unknown): Reference | undefined {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject ? REFERENCE_OF.get(value) : undefined;
}

/**
 * The path of a field whose name belongs to Drizzle's SQL class: `field(e.data, 'as')`. Under noUncheckedIndexedAccess
 * it also spares a `!`: `field(e.data.items, 0)`.
 */
export function field<Path extends SQL, Name extends string | number>(
  path: Path,
  name: Name,
): FieldPath<Path, Name> {
  const reference = referenceOf(path);
  if (reference === undefined || !('path' in reference)) {
    throw misuse('field() takes a path of the event, and got something else', 'Write field(e.data, "name").');
  }
  return pathOf(step(reference, String(name))) as FieldPath<Path, Name>;
}

function envelopeMember(members: Record<string, unknown>, key: string | symbol): unknown {
  if (typeof key === 'symbol' || key in members) return Reflect.get(members, key);
  throw misuse(`An event has no member ${key}`, `It has ${[...ENVELOPE, 'data', 'metadata'].join(', ')}.`);
}

function pathOf(reference: Reference): SQL {
  const path = new Proxy(sqlOf(reference), {
    get: (target, key) => member(target, key, reference),
    set: (target, key, value) => {
      if (key in target) return Reflect.set(target, key, value);
      throw misuse(
        `${describeReference(reference)}.${String(key)} was assigned to`,
        'An event is a fact, and does not change.',
      );
    },
    ownKeys: () => {
      throw misuse(
        `The fields of ${describeReference(reference)} were listed or spread, and a symbolic event has no values yet`,
        'Name each field that you need.',
      );
    },
  });
  REFERENCE_OF.set(path, reference);
  return path;
}

function member(target: SQL, key: string | symbol, reference: Reference): unknown {
  if (key === Symbol.toPrimitive) return () => refuseValue(reference);
  if (key === Symbol.iterator || key === Symbol.asyncIterator) return () => refuseLoop(reference);
  if (typeof key === 'symbol' || key in target) {
    return INHERITED.has(key) ? () => refuseValue(reference) : Reflect.get(target, key);
  }
  if (key === 'toJSON') return () => refuseValue(reference);
  if (!('path' in reference))
    throw misuse(
      `${describeReference(reference)} has no fields, and .${key} was read`,
      `It stands for a value, and has no methods either: use it as it is, or let SQLite do it: sql\`substr(\${${describeReference(reference)}}, 1, 10)\`.`,
    );
  return pathOf(step(reference, key));
}

const INHERITED = new Set<string | symbol>(['toString', 'valueOf', 'toLocaleString']);

function step(reference: PathReference, name: string): PathReference {
  return { ...reference, path: [...reference.path, name] };
}

function refuseValue(reference: Reference): never {
  const path = describeReference(reference);
  throw misuse(
    `${path} was used as a JavaScript value (in a template literal, a sum, a comparison or a string), but a handler runs once, at load, when there is no event yet`,
    `Let SQLite do it: sql\`\${${path}} * 2\`, or fn() for a JavaScript function.`,
  );
}

function refuseLoop(reference: Reference): never {
  const path = describeReference(reference);
  throw misuse(
    `${path} was looped over, but a handler runs once, at load, when there are no items yet`,
    `Write forEach(${path}, (item) => …).`,
  );
}

function misuse(message: string, hint: string): ProjectionistError {
  return new ProjectionistError('DEFINITION_INVALID', message, { hint });
}
