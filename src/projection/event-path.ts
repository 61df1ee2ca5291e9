import type { SQL } from 'drizzle-orm';

/** Names that belong to Drizzle's SQL class. A field of such a name is reached with `field(path, name)`. */
type Reserved = keyof SQL;

type IsAny<T> = 0 extends 1 & T ? true : false;
type Nullable<T> = undefined extends T ? null : null extends T ? null : never;
type KeyOf<T> = T extends unknown ? keyof T : never;
type FieldOf<T, K extends PropertyKey> = T extends unknown ? (K extends keyof T ? T[K] : undefined) : never;

/** A path of `unknown` shape: every field leads on. */
export interface AnyPath extends SQL {
  readonly [field: string]: AnyPath & any; // oxlint-disable-line typescript/no-explicit-any -- the members of SQL have their own types
}

/** The fields of an object path; those of a union of objects are the fields of any of them. */
type Fields<T, Null> = {
  readonly [K in Exclude<KeyOf<T> & string, Reserved>]-?: EventPath<FieldOf<T, K> | Null>;
};

/** An array path leads to its items by index; `forEach` applies statements to each. */
export interface ArrayPath<Item> extends SQL<readonly Item[]> {
  readonly [index: number]: EventPath<Item | null>;
}

/**
 * The symbolic form of a value of type T inside an event: a Drizzle SQL fragment that may stand wherever Drizzle takes
 * a value, with the fields of T as further paths.
 */
export type EventPath<T> =
  IsAny<T> extends true
    ? AnyPath
    : unknown extends T
      ? AnyPath
      : [NonNullable<T>] extends [readonly (infer Item)[]]
        ? ArrayPath<Item>
        : [NonNullable<T>] extends [object]
          ? SQL<T> & Fields<NonNullable<T>, Nullable<T>>
          : SQL<NonNullable<T> | Nullable<T>>;

/** What a handler gets in place of an event: every member is a path. */
export interface SymbolicEvent<Data> {
  readonly position: SQL<number>;
  readonly id: SQL<string>;
  readonly stream: SQL<string>;
  readonly version: SQL<number>;
  readonly type: SQL<string>;
  /** ISO 8601 in UTC, with milliseconds. */
  readonly time: SQL<string>;
  readonly data: EventPath<Data>;
  readonly metadata: AnyPath;
}

/** The path of a field whose name belongs to Drizzle's SQL class, such as `as` or `if`. */
export type FieldPath<Path, Name extends string> =
  Path extends SQL<infer T> ? EventPath<FieldOf<NonNullable<T>, Name> | Nullable<T>> : never;
