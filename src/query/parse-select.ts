import type { ViewDescription } from '../projection/program.ts';
import type { QueryLimits } from './limits.ts';
import { nameOfField, parseField } from './parse-field.ts';
import { listed, queryProblem, shown } from './query-problem.ts';
import { findRelation, type Relation, type Schema } from './relations.ts';
import type { Scanner } from './scanner.ts';
import type { Aggregate, AggregateFunction, Cast, Field, SelectedField } from './view-query.ts';

/** An embedded view as `select` names it; its conditions and order are other parameters. */
export interface EmbeddedSelection {
  readonly kind: 'embedded';
  readonly name: string;
  readonly relation: Relation;
  readonly isInner: boolean;
  readonly isSpread: boolean;
  readonly select: readonly Selection[];
}

export type Selection = SelectedField | EmbeddedSelection;

const HINT = 'Write select=column,alias:column,column::text,json->>member,view(column,…).';
const AGGREGATES: ReadonlySet<string> = new Set(['count', 'sum', 'avg', 'min', 'max']);
const CASTS: Readonly<Record<string, Cast>> = {
  text: 'text',
  varchar: 'text',
  int: 'integer',
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  integer: 'integer',
  bigint: 'integer',
  smallint: 'integer',
  real: 'real',
  float: 'real',
  float4: 'real',
  float8: 'real',
  'double precision': 'real',
  numeric: 'real',
  decimal: 'real',
  bool: 'boolean',
  boolean: 'boolean',
  json: 'json',
  jsonb: 'json',
  date: 'date',
  timestamp: 'timestamp',
  'timestamp without time zone': 'timestamp',
  timestamptz: 'timestamptz',
  'timestamp with time zone': 'timestamptz',
};

export class SelectParser {
  readonly #scanner: Scanner;
  readonly #schema: Schema;
  readonly #limits: QueryLimits;
  #count = 0;

  constructor(scanner: Scanner, schema: Schema, limits: QueryLimits) {
    this.#scanner = scanner;
    this.#schema = schema;
    this.#limits = limits;
  }

  /** Reads the whole of `select`. Throws QUERY_INVALID, COLUMN_UNKNOWN, RELATION_UNKNOWN, … */
  parse(view: ViewDescription): Selection[] {
    if (this.#scanner.isAtEnd()) return everyColumn(view);
    const selected = this.#list(view, 0);
    this.#scanner.expectEnd(HINT);
    return selected;
  }

  #list(view: ViewDescription, depth: number): Selection[] {
    const selected: Selection[] = [];
    do {
      this.#scanner.take(/\s*/y);
      if (this.#scanner.skip('*')) selected.push(...everyColumn(view));
      else selected.push(this.#item(view, depth));
      this.#count += 1;
      if (this.#count > this.#limits.selected || selected.length > this.#limits.selected)
        throw queryProblem(
          'QUERY_TOO_LARGE',
          `select has more than ${this.#limits.selected} columns`,
          'Select fewer.',
        );
      this.#scanner.take(/\s*/y);
    } while (this.#scanner.skip(','));
    return selected;
  }

  #item(view: ViewDescription, depth: number): Selection {
    if (this.#scanner.skip('...')) return this.#embedded(view, undefined, true, depth);
    const alias = this.#alias();
    const embedded = this.#scanner.take(/(?=\s*(?:"(?:[^"\\]|\\[^])*"|[^",.:!()>]+)\s*(?:![^(),]*)?\()/y);
    // `count()` may be an aggregate or a view; it is a view only where there is one.
    if (
      embedded !== undefined &&
      !(this.#scanner.isNext('count()') && !this.#schema.some(({ name }) => name === 'count'))
    )
      return this.#embedded(view, alias, false, depth);
    return this.#field(view, alias);
  }

  #alias(): string | undefined {
    const match = this.#scanner.take(/\s*(?:"((?:[^"\\]|\\[^])*)"|([^",.:!()>]+)):(?!:)/y);
    return match?.[1]?.replaceAll(/\\([^])/g, '$1') ?? match?.[2]?.trim();
  }

  #field(view: ViewDescription, alias: string | undefined): SelectedField {
    const countsRows = this.#countsRows(view);
    const field = countsRows ? undefined : parseField(this.#scanner, view);
    const cast = countsRows ? undefined : this.#cast();
    const aggregate = countsRows ? { function: 'count' as const, cast: this.#cast() } : this.#aggregate();
    const name = alias ?? aggregate?.function ?? nameOfField(field as Field);
    return { kind: 'field', name, field, cast, aggregate: this.#allowed(aggregate) };
  }

  /** `count()`, or `count` as its clients write it, where that is no column. */
  #countsRows(view: ViewDescription): boolean {
    if (this.#scanner.skip('count()')) return true;
    if (view.columns.some(({ name }) => name === 'count')) return false;
    return this.#scanner.take(/count(?=\s*(?:[,)]|::|$))/y) !== undefined;
  }

  #aggregate(): Aggregate | undefined {
    if (!this.#scanner.skip('.')) return undefined;
    const name = this.#scanner.take(/([a-z]+)\(\)/y)?.[1];
    if (name === undefined || !AGGREGATES.has(name))
      throw this.#scanner.unreadable(`Aggregates are ${listed([...AGGREGATES])}, as in amount.sum().`);
    return { function: name as AggregateFunction, cast: this.#cast() };
  }

  #allowed(aggregate: Aggregate | undefined): Aggregate | undefined {
    if (aggregate === undefined || this.#limits.aggregates) return aggregate;
    throw queryProblem(
      'AGGREGATES_OFF',
      'Use of aggregate functions is not allowed',
      'Set aggregates: true in the configuration, or write a named query.',
    );
  }

  #cast(): Cast | undefined {
    if (!this.#scanner.skip('::')) return undefined;
    const name =
      this.#scanner
        .take(/[a-z0-9_ ]+/iy)?.[0]
        ?.trim()
        .toLowerCase() ?? '';
    const cast = Object.hasOwn(CASTS, name) ? CASTS[name] : undefined;
    if (cast !== undefined) return cast;
    throw queryProblem(
      'QUERY_INVALID',
      `There is no cast to ${shown(name)}`,
      `Casts: ${listed(Object.keys(CASTS))}.`,
    );
  }

  #embedded(
    view: ViewDescription,
    alias: string | undefined,
    isSpread: boolean,
    depth: number,
  ): EmbeddedSelection {
    if (depth >= this.#limits.embedDepth)
      throw queryProblem(
        'QUERY_TOO_LARGE',
        `Views are embedded deeper than ${this.#limits.embedDepth}`,
        'Embed fewer levels.',
      );
    const own = isSpread ? (this.#alias() ?? alias) : alias;
    const target = this.#scanner.name(HINT);
    const { hint, isInner } = this.#modifiers();
    const relation = findRelation(this.#schema, view, target, hint);
    this.#scanner.expect('(', HINT);
    const select = this.#scanner.skip(')') ? [] : this.#list(relation.view, depth + 1);
    if (select.length > 0) this.#scanner.expect(')', HINT);
    return { kind: 'embedded', name: own ?? target, relation, isInner, isSpread, select };
  }

  #modifiers(): { hint: string | undefined; isInner: boolean } {
    let hint: string | undefined;
    let isInner = false;
    while (this.#scanner.skip('!')) {
      const word = this.#scanner.name('After ! stands inner, left, or the column of a foreign key.');
      if (word === 'inner') isInner = true;
      else if (word !== 'left') hint = word;
    }
    return { hint, isInner };
  }
}

function everyColumn(view: ViewDescription): SelectedField[] {
  return view.columns.map((column) => ({
    kind: 'field',
    name: column.name,
    field: { column, path: [], isText: false },
    cast: undefined,
    aggregate: undefined,
  }));
}
