/**
 * What a view's rows, a query's parameters and an event's data are, read off the types of definitions by their shape.
 * Nothing of this is there at run time.
 */

/** A Drizzle column, as far as its type tells what JSON a row has for it. */
interface ColumnShape {
  readonly _: {
    readonly name: string;
    readonly dataType: string;
    readonly data: unknown;
    readonly driverParam: unknown;
    readonly notNull: boolean;
  };
}

interface TableShape {
  readonly _: { readonly name: string; readonly columns: Readonly<Record<string, ColumnShape>> };
}

/** A Standard Schema (https://standardschema.dev), as far as its types are concerned. */
interface SchemaShape {
  readonly '~standard': {
    readonly types?: { readonly input: unknown; readonly output: unknown } | undefined;
  };
}

interface QueryShape {
  readonly parameters: Readonly<Record<string, SchemaShape>>;
  // oxlint-disable-next-line typescript/no-explicit-any -- parameters are contravariant: no other type takes every query
  readonly build: (...values: any[]) => { all(): readonly unknown[] };
}

/** A definition, as `projection()` makes it. */
export interface Definition {
  readonly views: Readonly<Record<string, TableShape>>;
  readonly events: { readonly events: Readonly<Record<string, { readonly schema: SchemaShape }>> };
  readonly queries: Readonly<Record<string, QueryShape>>;
}

/** Definitions: an object of them, or a list. */
export type Definitions = Readonly<Record<string, Definition>> | readonly Definition[];

type EachOf<All extends Definitions> = All extends readonly (infer Each extends Definition)[]
  ? Each
  : All[keyof All] extends infer Each extends Definition
    ? Each
    : never;

/** What is known of a view's, or a query's, rows. */
export interface RowsShape {
  /** A row as JSON has it. */
  readonly row: object;
  /** What each column is compared with. */
  readonly operands: object;
}

// Views

/** Distributes over definitions, so that each is asked for its own tables. */
type TablesOf<Each> = Each extends { readonly views: infer Views } ? Views[keyof Views] : never;

/** The views of the definitions, by the names that the HTTP API has for them. */
export type ViewsOf<All extends Definitions> = {
  [Name in NameOf<TablesOf<EachOf<All>>>]: ViewOf<
    Extract<TablesOf<EachOf<All>>, { readonly _: { readonly name: Name } }>
  >;
};

type NameOf<Named> = Named extends { readonly _: { readonly name: infer Name extends string } }
  ? Name
  : never;

type ViewOf<Table> = Table extends { readonly _: { readonly columns: infer Columns } }
  ? {
      readonly row: { [Key in keyof Columns as NameOf<Columns[Key]>]: JsonOf<Columns[Key]> };
      readonly operands: { [Key in keyof Columns as NameOf<Columns[Key]>]: OperandOf<Columns[Key]> };
    }
  : never;

type JsonOf<Column> = Column extends ColumnShape
  ? PresentJson<Column['_']> | (Column['_']['notNull'] extends true ? never : null)
  : never;

type PresentJson<Config extends ColumnShape['_']> = Config['dataType'] extends keyof JsonOfKind
  ? JsonOfKind[Config['dataType']]
  : Config['dataType'] extends 'custom'
    ? JsonOfValue<Config['driverParam']>
    : Config['data'];

/** Drizzle's kinds of data that JSON has another form for: ISO 8601, digits, and `\x` with hexadecimal. */
interface JsonOfKind {
  readonly date: string;
  readonly bigint: string;
  readonly buffer: string;
}

type OperandOf<Column> = Column extends ColumnShape
  ? Column['_']['dataType'] extends keyof OperandOfKind
    ? OperandOfKind[Column['_']['dataType']]
    : NonNullable<PresentJson<Column['_']>>
  : never;

interface OperandOfKind {
  readonly date: string | Date;
  readonly bigint: string | number | bigint;
  readonly buffer: string | Uint8Array;
  readonly number: number | bigint;
}

// Named queries

type QueriesIn<Each> = Each extends { readonly queries: infer Queries } ? Queries : never;
type NamesIn<Queries> = Queries extends unknown ? keyof Queries & string : never;
type QueryNamed<Queries, Name extends string> = Queries extends unknown
  ? Name extends keyof Queries
    ? Queries[Name]
    : never
  : never;

/** The named queries of the definitions. */
export type QueriesOf<All extends Definitions> = {
  [Name in NamesIn<QueriesIn<EachOf<All>>>]: QueryOf<QueryNamed<QueriesIn<EachOf<All>>, Name>>;
};

type QueryOf<Query> = Query extends {
  readonly parameters: infer Parameters;
  readonly build: (...values: never[]) => { all(): readonly (infer Row)[] };
}
  ? {
      readonly parameters: ArgumentsOf<Parameters>;
      readonly row: unknown extends Row ? UnknownRow : { [Key in keyof Row]: JsonOfValue<Row[Key]> };
      readonly operands: unknown extends Row
        ? UnknownRow
        : { [Key in keyof Row]: NonNullable<JsonOfValue<Row[Key]>> };
    }
  : never;

type UnknownRow = Record<string, unknown>;

/** What a query takes. A parameter may be left out where its schema takes nothing for it. */
type ArgumentsOf<Parameters> = string extends keyof Parameters
  ? Readonly<Record<string, unknown>>
  : { readonly [Name in RequiredIn<Parameters>]: ArgumentOf<Parameters[Name]> } & {
      readonly [Name in Exclude<keyof Parameters, RequiredIn<Parameters>>]?:
        | ArgumentOf<Parameters[Name]>
        | undefined;
    };

type RequiredIn<Parameters> = {
  [Name in keyof Parameters]: undefined extends InputOf<Parameters[Name]> ? never : Name;
}[keyof Parameters];

/** A schema that coerces takes anything; what comes of it says more. */
type ArgumentOf<Schema> = unknown extends InputOf<Schema> ? OutputOf<Schema> : InputOf<Schema>;

type InputOf<Schema> = Schema extends SchemaShape
  ? NonNullable<Schema['~standard']['types']>['input']
  : unknown;
type OutputOf<Schema> = Schema extends SchemaShape
  ? NonNullable<Schema['~standard']['types']>['output']
  : unknown;

type JsonOfValue<Value> = Value extends Date | bigint | Uint8Array ? string : Value;

// Events

/** An event to append, of one of the types that the definitions' catalogues have. */
export type EventOf<All extends Definitions> = EventIn<CatalogueIn<EachOf<All>>>;

type CatalogueIn<Each> = Each extends { readonly events: { readonly events: infer Events } } ? Events : never;

type EventIn<Events> = Events extends unknown
  ? {
      [Type in keyof Events & string]: NewClientEvent<
        Type,
        Events[Type] extends { readonly schema: infer Schema } ? InputOf<Schema> : unknown
      >;
    }[keyof Events & string]
  : never;

interface NewClientEvent<Type extends string, Data> {
  readonly type: Type;
  readonly data: Data;
  /** An event that the log has by this id is not appended again: with an id, sending again is safe. */
  readonly id?: string;
  /** When it happened, in ISO 8601; now, where it is left out. */
  readonly time?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}
