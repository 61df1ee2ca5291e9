import type { SQL } from 'drizzle-orm';

/** Names that belong to Drizzle's SQL class. A field of such a name is reached with `field(path, name)`. */
type Reserved = keyof SQL;

type IsAny<T> = 0 extends 1 & T ? true : false;
type Nullable<T> = undefined extends T ? null : null extends T ? null : never;
/** The names that a type spells out, of any member of a union; not its index signature. */
type KeyOf<T> = T extends unknown
  ? keyof { [K in keyof T as string extends K ? never : number extends K ? never : K]: T[K] }
  : never;
type FieldOf<T, K extends PropertyKey> = T extends unknown ? (K extends keyof T ? T[K] : undefined) : never;
/** What stands under any other name. */
type OtherOf<T> = T extends unknown ? (string extends keyof T ? T[string & keyof T] : never) : never;

// oxlint-disable-next-line typescript/no-explicit-any -- a path of unknown shape leads on under every name
type Open = any;

/** A path of `unknown` shape: every field leads on. */
export interface AnyPath extends SQL {
  readonly [field: string]: Open;
}

/** The fields of an object path; those of a union of objects are the fields of any of them. */
type Fields<T, Null> = {
  readonly [K in Exclude<KeyOf<T> & string, Reserved>]-?: EventPath<FieldOf<T, K> | Null>;
} & ([OtherOf<T>] extends [never] ? unknown : OtherFields<OtherOf<T>>);

type OtherFields<T> = { readonly [field: string]: unknown extends T ? Open : EventPath<T | null> };

/** An array path leads to its items by index; `forEach` applies statements to each. */
export interface ArrayPath<Item> extends SQL<readonly Item[]> {
  readonly [index: number]: EventPath<Item | null>;
}

/**
 * The symbolic form of a value of type T inside an event: a Drizzle SQL fragment that may stand wherever Drizzle takes
 * a value, with the fields of T as further paths.
 */
export type EventPath<T> =
  IsAny<T> extends true ? AnyPath : unknown extends T ? AnyPath : KnownPath<NonNullable<T>, Nullable<T>>;

type KnownPath<T, Null> = [T] extends [readonly (infer Item)[]]
  ? ArrayPath<Item>
  : [ObjectIn<T>] extends [never]
    ? SQL<T | Null>
    : SQL<T | Null> & Fields<ObjectIn<T>, [T] extends [object] ? Null : null>;

/** The objects of a union that may hold other values, too. */
type ObjectIn<T> = Exclude<Extract<T, object>, readonly unknown[]>;

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

/** The path of a field whose name belongs to Drizzle's SQL class, such as `as` or `if`, or of an item of an array. */
export type FieldPath<Path, Name extends string | number> =
  Path extends SQL<infer T> ? EventPath<FieldOf<NonNullable<T>, Name> | Nullable<T>> : never;
