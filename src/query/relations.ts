import type { ViewDescription } from '../projection/program.ts';
import { ProjectionistError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { listed, shown } from './query-problem.ts';

/** Columns that are equal on both sides: of the row that embeds, and of the row that is embedded. */
export type JoinColumns = readonly (readonly [from: string, to: string])[];

/** A way from one view to another along declared foreign keys. */
export interface Relation {
  readonly view: ViewDescription;
  readonly isToOne: boolean;
  readonly columns: JoinColumns;
  /** For many-to-many: the view between, whose columns pair with the embedding row's first, then with the embedded row's. */
  readonly junction: { readonly view: ViewDescription; readonly columns: JoinColumns } | undefined;
  /** What picks this relation where there are several: a foreign key's column, its name, the view between. */
  readonly hints: readonly string[];
}

/** The views of one projection, which alone can be related. */
export type Schema = readonly ViewDescription[];

/**
 * Finds the relation from `from` to what a request names: a view, or a column of `from` with a foreign key. Throws
 * RELATION_UNKNOWN, or RELATION_AMBIGUOUS with the hints that would decide.
 */
export function findRelation(
  schema: Schema,
  from: ViewDescription,
  target: string,
  hint: string | undefined,
): Relation {
  const all = relationsOf(schema, from);
  const byName = all.filter(({ relation, byColumn }) => relation.view.name === target && !byColumn);
  const named =
    byName.length > 0
      ? byName
      : all.filter(({ relation, byColumn }) => byColumn && relation.hints.includes(target));
  const chosen = named
    .filter(({ relation }) => hint === undefined || relation.hints.includes(hint))
    .map(({ relation }) => relation);
  const [relation] = chosen;
  if (relation === undefined) throw unrelated(from, target, hint, all);
  if (chosen.length > 1) throw ambiguous(from, target, chosen);
  return relation;
}

interface Candidate {
  readonly relation: Relation;
  /** True where the foreign key's column names the relation, as its view's name cannot: in a view that refers to itself. */
  readonly byColumn: boolean;
}

function relationsOf(schema: Schema, from: ViewDescription): Candidate[] {
  return [...toOne(schema, from), ...toMany(schema, from), ...manyToMany(schema, from)];
}

function toOne(schema: Schema, from: ViewDescription): Candidate[] {
  return from.references.flatMap((reference) => {
    const view = viewNamed(schema, reference.view);
    if (view === undefined) return [];
    const relation: Relation = {
      view,
      isToOne: true,
      columns: pairs(reference.columns, reference.foreignColumns),
      junction: undefined,
      hints: hintsOf(from, reference.columns),
    };
    const byColumn = { relation, byColumn: true };
    return view.name === from.name ? [byColumn] : [{ relation, byColumn: false }, byColumn];
  });
}

function toMany(schema: Schema, from: ViewDescription): Candidate[] {
  return schema.flatMap((view) =>
    view.references
      .filter((reference) => reference.view === from.name)
      .map((reference) => ({
        relation: {
          view,
          isToOne: isKey(view, reference.columns),
          columns: pairs(reference.foreignColumns, reference.columns),
          junction: undefined,
          hints: hintsOf(view, reference.columns),
        },
        byColumn: false,
      })),
  );
}

function manyToMany(schema: Schema, from: ViewDescription): Candidate[] {
  return schema.flatMap((between) =>
    between.references.flatMap((near, nearIndex) =>
      between.references.flatMap((far, farIndex) => {
        const view = viewNamed(schema, far.view);
        const isJunction = [...near.columns, ...far.columns].every((column) =>
          between.primaryKey.includes(column),
        );
        if (near.view !== from.name || nearIndex === farIndex || view === undefined || !isJunction) return [];
        return [
          {
            relation: {
              view,
              isToOne: false,
              columns: pairs(near.foreignColumns, near.columns),
              junction: { view: between, columns: pairs(far.columns, far.foreignColumns) },
              hints: [between.name, ...hintsOf(between, far.columns)],
            },
            byColumn: false,
          },
        ];
      }),
    ),
  );
}

/** A foreign key is picked by its column, its view, or the name that PostgreSQL would have given it. */
function hintsOf(view: ViewDescription, columns: readonly string[]): string[] {
  return [...columns, `${view.name}_${columns.join('_')}_fkey`];
}

function isKey(view: ViewDescription, columns: readonly string[]): boolean {
  return view.primaryKey.length > 0 && view.primaryKey.every((column) => columns.includes(column));
}

function pairs(from: readonly string[], to: readonly string[]): JoinColumns {
  return from.map((column, index) => [column, to[index] as string] as const);
}

function viewNamed(schema: Schema, name: string): ViewDescription | undefined {
  return schema.find((view) => view.name === name);
}

function unrelated(
  from: ViewDescription,
  target: string,
  hint: string | undefined,
  all: readonly Candidate[],
): ProjectionistError {
  const names = [...new Set(all.map(({ relation }) => relation.view.name))];
  const guess = nearest(target.slice(0, 64), names);
  const using = hint === undefined ? '' : ` by ${shown(hint)}`;
  return new ProjectionistError(
    'RELATION_UNKNOWN',
    `${from.name} has no relationship to ${shown(target)}${using}`,
    {
      hint: `${guess === undefined || guess === target ? '' : `Did you mean ${guess}? `}Views related to ${from.name}: ${listed(names)}.`,
    },
  );
}

function ambiguous(
  from: ViewDescription,
  target: string,
  relations: readonly Relation[],
): ProjectionistError {
  const ways = relations.map(({ view, hints }) => `${view.name}!${hints[0] as string}`);
  return new ProjectionistError(
    'RELATION_AMBIGUOUS',
    `${from.name} has more than one relationship to ${shown(target)}`,
    {
      hint: `Write one of: ${listed([...new Set(ways)])}.`,
    },
  );
}
