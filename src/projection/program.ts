/** How a stored value and its JSON form differ. */
export type ValueKind =
  | 'text'
  | 'number'
  | 'boolean'
  | 'timestamp'
  | 'timestamp-ms'
  | 'json'
  | 'bigint'
  | 'bytes'
  | 'any';

export interface ViewColumn {
  /** The name in SQL, in URLs and in JSON. */
  readonly name: string;
  /** The name in TypeScript. */
  readonly key: string;
  readonly sqlType: 'TEXT' | 'INTEGER' | 'REAL' | 'BLOB' | 'ANY';
  readonly kind: ValueKind;
  readonly isNullable: boolean;
  /** The allowed values, where the definition lists them. */
  readonly values: readonly string[] | undefined;
}

export interface ViewReference {
  readonly columns: readonly string[];
  readonly view: string;
  readonly foreignColumns: readonly string[];
}

/** A view as data: all that the query side needs, and all that survives the definition that it came from. */
export interface ViewDescription {
  readonly name: string;
  readonly columns: readonly ViewColumn[];
  /** Column names; empty where rows have no key. */
  readonly primaryKey: readonly string[];
  readonly references: readonly ViewReference[];
  /** Columns with a full-text index; empty where there is none. */
  readonly searchColumns: readonly string[];
}

export interface IndexDescription {
  readonly name: string;
  readonly sql: string;
}

export type FeedColumn = 'position' | 'id' | 'stream' | 'version' | 'type' | 'time' | 'data' | 'metadata';

export interface HandledType {
  readonly type: string;
  /** The version that handlers see; older events are upcast to it. */
  readonly schemaVersion: number;
}

/** Which fields of which events end up in a column. */
export interface LineageEntry {
  readonly view: string;
  readonly column: string;
  readonly eventTypes: readonly string[];
  /** Paths such as `e.data.items[].price`; empty for a constant. */
  readonly from: readonly string[];
  /** The same, each with the event type whose handler says so. */
  readonly sources: readonly LineageSource[];
}

export interface LineageSource {
  readonly eventType: string;
  /** Undefined for a constant. */
  readonly path: string | undefined;
}

/** The key column that is always the stream of the event that wrote the row; or why there is none that could be proved. */
export type StreamScope = { readonly column: string } | { readonly reason: string };

/** One trigger: the statements that run for each row which is inserted into the view that it stands on. */
export interface FeedBlock {
  /** 'feed' for an event type's own block; for a nested one the view that its parent inserts into. */
  readonly name: string;
  readonly eventType: string;
  /** The nested view's columns; empty for 'feed', whose columns all event types share. */
  readonly columns: readonly string[];
  readonly statements: readonly string[];
}

/** A compiled projection, as data: it can be stored, compared, and handed to another thread. */
export interface Program {
  readonly projection: string;
  /** SHA-256, in hex, over everything that decides the rows. */
  readonly hash: string;
  readonly views: readonly ViewDescription[];
  /** CREATE TABLE, by view. */
  readonly tables: Readonly<Record<string, string>>;
  /** Full-text tables and the triggers that keep them. */
  readonly search: readonly string[];
  /** Indexes that no constraint needs: a build may make them last. */
  readonly indexes: readonly IndexDescription[];
  readonly types: readonly HandledType[];
  /** The columns that the handlers use, in the order of `feed`. */
  readonly feedColumns: readonly FeedColumn[];
  /** By event type: its nested blocks, then its own. */
  readonly feed: Readonly<Record<string, readonly FeedBlock[]>>;
  /** What keeps events together when one is parked, over a row NEW of the log; null for the stream. */
  readonly partition: string | null;
  /** Canonical source of each function, by its name in SQL. */
  readonly functions: Readonly<Record<string, string>>;
  /** Canonical source of the upcasters of each handled type that has some. */
  readonly upcasters: Readonly<Record<string, readonly string[]>>;
  readonly lineage: readonly LineageEntry[];
  /** By view. Missing in a program that an earlier version compiled. */
  readonly streamScopes?: Readonly<Record<string, StreamScope>>;
}
