import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { SQL } from 'drizzle-orm';
import type { BaseSQLiteDatabase, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { DataOf, EventCatalogue, EventDefinitions } from '../event-log/catalogue.ts';
import type { SymbolicEvent } from './event-path.ts';
import type { HandlerDatabase } from './handler-database.ts';
import type { Statements } from './statements.ts';

export type Handler<Data> = (event: SymbolicEvent<Data>, db: HandlerDatabase) => Statements;

/** The event types that a key of `on` lists: one, or several between commas. */
export type TypesIn<Key> = Key extends `${infer First},${infer Rest}`
  ? Trim<First> | TypesIn<Rest>
  : Trim<Key>;
type Trim<Text> = Text extends ` ${infer Rest}`
  ? Trim<Rest>
  : Text extends `${infer Rest} `
    ? Trim<Rest>
    : Text;

type DataOfTypes<Events extends EventDefinitions, Key> = {
  [Type in TypesIn<Key> & keyof Events]: DataOf<Events[Type]>;
}[TypesIn<Key> & keyof Events];

/** Accepts anything for a key whose types the catalogue has, and nothing for any other. */
type KnownTypes<Events extends EventDefinitions, Key> =
  TypesIn<Key> extends keyof Events
    ? unknown
    : { readonly unknownEventType: Exclude<TypesIn<Key>, keyof Events> };

type ReadingDatabase = Pick<
  BaseSQLiteDatabase<'sync', unknown>,
  'select' | 'selectDistinct' | 'with' | '$with'
>;
type Parameters = Readonly<Record<string, StandardSchemaV1>>;
type ParameterValues<P extends Parameters> = { readonly [K in keyof P]: StandardSchemaV1.InferOutput<P[K]> };

/** A query with a name, answered under `/views/rpc/<name>`. */
export interface NamedQuery<P extends Parameters = Parameters, Row = unknown> {
  readonly parameters: P;
  readonly build: (values: ParameterValues<P>, db: ReadingDatabase) => { all(): Row[] };
}

// oxlint-disable-next-line typescript/no-explicit-any -- parameters are contravariant: no other type takes every query
type AnyNamedQuery = NamedQuery<any>;
type NamedQueries = Readonly<Record<string, AnyNamedQuery>>;

/** Declares a named query: a Standard Schema for each parameter, and the Drizzle select that answers it. */
export function query<const P extends Parameters, Row>(
  parameters: P,
  build: (values: ParameterValues<P>, db: ReadingDatabase) => { all(): Row[] },
): NamedQuery<P, Row> {
  return Object.freeze({ parameters, build });
}

/** What is known of a caller: the claims of its token, none for an anonymous one. */
// oxlint-disable-next-line typescript/no-explicit-any -- only the issuer knows their types; policies compare them with columns
export type Claims = Readonly<Record<string, any>>;

/** The rows of a view that a caller may see, as a condition on its table; undefined for all. What it throws refuses. */
export type ViewPolicy = (context: { readonly claims: Claims }) => SQL | undefined;

export interface Projection<
  Views extends Readonly<Record<string, SQLiteTable>> = Readonly<Record<string, SQLiteTable>>,
  Events extends EventDefinitions = EventDefinitions,
  Queries extends NamedQueries = NamedQueries,
> {
  readonly [PROJECTION]: true;
  readonly name: string;
  readonly events: EventCatalogue<Events>;
  readonly views: Views;
  readonly on: Readonly<Record<string, Handler<never>>>;
  readonly queries: Queries;
  readonly search: Readonly<Record<string, readonly string[]>>;
  readonly policy: Readonly<Record<string, ViewPolicy>>;
  readonly onError: OnError;
  readonly partitionBy: PartitionBy<never> | undefined;
  readonly parkLimit: number;
}

/** What becomes of an event that cannot be applied: it is parked with its partition, or the projection stops. */
export type OnError = 'park' | 'stop';

/** The key of the events that belong together, and are parked together. */
export type PartitionBy<Data> = (event: SymbolicEvent<Data>) => SQL;

/** The share of partitions that may be parked, where a definition does not say. */
const USUAL_PARK_LIMIT = 0.1;

const PROJECTION = Symbol.for('projectionist.projection');

export interface ProjectionInput<
  Events extends EventDefinitions,
  Views extends Readonly<Record<string, SQLiteTable>>,
  Keys,
  Queries extends NamedQueries = NamedQueries,
> {
  /** Lower case letters, digits, dashes and underscores; also the name of its files. */
  readonly name: string;
  readonly events: EventCatalogue<Events>;
  /** The tables that this projection owns, and that nobody else writes. */
  readonly views: Views;
  /** For each event type, or several between commas, the statements that it comes to. */
  readonly on: { readonly [Key in keyof Keys]: Handler<DataOfTypes<Events, Key>> } & {
    readonly [Key in keyof Keys]: KnownTypes<Events, Key>;
  };
  readonly queries?: Queries;
  /** Text columns to index for full-text search (FTS5), by view: `{ products: ['name'] }`. */
  readonly search?: {
    readonly [View in keyof Views]?: readonly (keyof Views[View]['_']['columns'] & string)[];
  };
  /** Which rows a caller may see, by view: `{ orders: ({ claims }) => eq(orders.customerId, claims.sub) }`. */
  readonly policy?: { readonly [View in keyof Views]?: ViewPolicy };
  /**
   * What becomes of an event that cannot be applied. `park` (the default): it and every later event of its stream become
   * dead letters, everything else goes on. `stop`: the projection stands still before it.
   */
  readonly onError?: OnError;
  /** Parks by another key than the stream: `(e) => e.data.customerId`. Events without one go by their stream. */
  readonly partitionBy?: PartitionBy<DataOf<Events[keyof Events]>>;
  /**
   * The share of streams (or of `partitionBy`'s keys), from 0 to 1, that may be parked before the projection stops
   * itself; default 0.1. Up to ten are always let through, unless it is 0.
   */
  readonly parkLimit?: number;
}

/** Declares a projection. It is only a value; nothing is compiled or opened here. */
export function projection<
  const Events extends EventDefinitions,
  const Views extends Readonly<Record<string, SQLiteTable>>,
  const Keys,
  const Queries extends NamedQueries = NamedQueries,
>(definition: ProjectionInput<Events, Views, Keys, Queries>): Projection<Views, Events, Queries> {
  return Object.freeze({
    [PROJECTION]: true as const,
    name: definition.name,
    events: definition.events,
    views: definition.views,
    on: definition.on,
    queries: definition.queries ?? ({} as Queries),
    search: (definition.search ?? {}) as Projection['search'],
    policy: (definition.policy ?? {}) as Projection['policy'],
    onError: definition.onError ?? 'park',
    partitionBy: definition.partitionBy as PartitionBy<never> | undefined,
    parkLimit: definition.parkLimit ?? USUAL_PARK_LIMIT,
  });
}

export function isProjection(value: unknown): value is Projection {
  return typeof value === 'object' && value !== null && PROJECTION in value;
}
