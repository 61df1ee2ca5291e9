import fc from 'fast-check';

/** A row of the library's books, as JSON has it. */
export interface Book {
  readonly id: number;
  readonly title: string;
  readonly status: 'draft' | 'printed' | 'lost';
  readonly pages: number | null;
  readonly price: number | null;
  readonly in_stock: boolean | null;
  readonly data: { readonly n: number | string | boolean | null } | null;
}

/** A condition twice: as a request spells it, and as JavaScript decides it, null standing for SQL's unknown. */
export interface Filter {
  /** For `name=value` in the query string; undefined for what only stands in a group. */
  readonly parameter: readonly [name: string, value: string];
  /** As it stands inside and=(…). */
  readonly inGroup: string;
  readonly holds: (book: Book) => boolean | null;
}

const letters = fc.constantFrom(
  'a',
  'b',
  'B',
  'é',
  'É',
  '"',
  ',',
  '(',
  ')',
  '\\',
  '%',
  '_',
  '.',
  "'",
  '💡',
  ' ',
  '*',
  '{',
  '}',
  '?',
  '[',
  ':',
);
const title = fc.string({ unit: letters, maxLength: 6 });
// SQLite does not keep the sign of zero.
const real = fc
  .oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, 0.1, -1.5, 1e21, 5e-324))
  .map((value) => (value === 0 ? 0 : value));
const whole = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.maxSafeInteger());
const status = fc.constantFrom('draft' as const, 'printed' as const, 'lost' as const);

export const books: fc.Arbitrary<Book[]> = fc
  .array(
    fc.record({
      title,
      status,
      pages: fc.option(whole),
      price: fc.option(real),
      in_stock: fc.option(fc.boolean()),
      data: fc.option(
        fc.record({
          n: fc.oneof(
            fc.integer({ min: -3, max: 3 }),
            fc.constantFrom('x', '1', ''),
            fc.boolean(),
            fc.constant(null),
          ),
        }),
      ),
    }),
    { maxLength: 12 },
  )
  .map((rows) => rows.map((row, index) => ({ id: index + 1, ...row })));

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

function leaf(
  column: string,
  operator: string,
  value: string,
  holds: Filter['holds'],
  inGroup?: string,
): Filter {
  return {
    parameter: [column, `${operator}.${value}`],
    inGroup: inGroup ?? `${column}.${operator}.${quoted(value)}`,
    holds,
  };
}

type Ordered = string | number | boolean;
const OPERATORS: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  neq: (order) => order !== 0,
  gt: (order) => order > 0,
  gte: (order) => order >= 0,
  lt: (order) => order < 0,
  lte: (order) => order <= 0,
};

export function compare(a: Ordered, b: Ordered): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return Number(a) - Number(b);
}

function compared<Value extends Ordered>(
  column: keyof Book,
  values: fc.Arbitrary<Value>,
): fc.Arbitrary<Filter> {
  return fc.tuple(fc.constantFrom(...Object.keys(OPERATORS)), values).map(([operator, value]) =>
    leaf(column, operator, String(value), (book) => {
      const own = book[column] as Value | null;
      return own === null ? null : (OPERATORS[operator] as (order: number) => boolean)(compare(own, value));
    }),
  );
}

function distinct(): fc.Arbitrary<Filter> {
  return whole.map((value) => leaf('pages', 'isdistinct', String(value), (book) => book.pages !== value));
}

function listed(): fc.Arbitrary<Filter> {
  return fc.array(title, { maxLength: 4 }).map((values) => {
    const list = `(${values.map(quoted).join(',')})`;
    return leaf('title', 'in', list, (book) => values.includes(book.title), `title.in.${list}`);
  });
}

function isSomething(): fc.Arbitrary<Filter> {
  return fc.constantFrom('null', 'not_null', 'true', 'false', 'unknown').map((what) =>
    leaf(
      'in_stock',
      'is',
      what,
      ({ in_stock: own }) => {
        if (what === 'not_null') return own !== null;
        return what === 'null' || what === 'unknown' ? own === null : own === (what === 'true');
      },
      `in_stock.is.${what}`,
    ),
  );
}

function liked(): fc.Arbitrary<Filter> {
  const parts = fc.array(
    fc.oneof(
      fc.constantFrom({ text: '*', pattern: '.*' }, { text: '_', pattern: '.' }),
      fc.constantFrom('a', 'b', 'B', 'é', 'É', '"', '%', '(', '?', '[', ',').map((letter) => ({
        text: letter === '%' ? String.raw`\%` : letter,
        pattern: letter.replaceAll(/[(?[\]]/g, String.raw`\$&`),
      })),
    ),
    { maxLength: 5 },
  );
  return fc.tuple(parts, fc.boolean()).map(([all, isSensitive]) => {
    const expression = new RegExp(
      `^${all.map(({ pattern }) => pattern).join('')}$`,
      isSensitive ? 'su' : 'sui',
    );
    return leaf('title', isSensitive ? 'like' : 'ilike', all.map(({ text }) => text).join(''), (book) =>
      expression.test(book.title),
    );
  });
}

function atPath(): fc.Arbitrary<Filter> {
  return fc
    .tuple(fc.constantFrom(...Object.keys(OPERATORS)), fc.integer({ min: -3, max: 3 }))
    .map(([operator, value]) =>
      leaf('data->n', operator, String(value), ({ data }) =>
        typeof data?.n === 'number'
          ? (OPERATORS[operator] as (order: number) => boolean)(compare(data.n, value))
          : null,
      ),
    );
}

function asText(): fc.Arbitrary<Filter> {
  return fc
    .constantFrom('x', '1', '', 'true', '2')
    .map((value) =>
      leaf('data->>n', 'eq', value, ({ data }) =>
        data === null || data.n === null ? null : String(data.n) === value,
      ),
    );
}

const single = fc.oneof(
  compared('id', fc.integer({ min: 0, max: 12 })),
  compared('title', title),
  compared('pages', whole),
  compared('price', real),
  compared('in_stock', fc.boolean()),
  fc
    .tuple(fc.constantFrom('eq', 'neq'), status)
    .map(([operator, value]) =>
      leaf('status', operator, value, (book) => (book.status === value) === (operator === 'eq')),
    ),
  distinct(),
  listed(),
  isSomething(),
  liked(),
  atPath(),
  asText(),
);

function not(value: boolean | null): boolean | null {
  return value === null ? null : !value;
}

function negated(filter: Filter): Filter {
  const [name, value] = filter.parameter;
  const isGroup = name === 'and' || name === 'or';
  const text = filter.inGroup;
  return {
    parameter: isGroup ? [`not.${name}`, value] : [name, `not.${value}`],
    inGroup: isGroup ? `not.${text}` : `${name}.not${text.slice(name.length)}`,
    holds: (book) => not(filter.holds(book)),
  };
}

function group(kind: 'and' | 'or', filters: readonly Filter[]): Filter {
  const text = `(${filters.map(({ inGroup }) => inGroup).join(',')})`;
  const deciding = kind === 'or';
  return {
    parameter: [kind, text],
    inGroup: kind + text,
    holds: (book) => {
      const values = filters.map((filter) => filter.holds(book));
      if (values.includes(deciding)) return deciding;
      return values.includes(null) ? null : !deciding;
    },
  };
}

/** Conditions, some of them groups of others, three levels deep at most. */
export const filter: fc.Arbitrary<Filter> = fc.letrec<{ tree: Filter }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: single },
    { weight: 1, arbitrary: single.map(negated) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          fc.constantFrom('and' as const, 'or' as const),
          fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
          fc.boolean(),
        )
        .map(([kind, all, isNegated]) => (isNegated ? negated(group(kind, all)) : group(kind, all))),
    },
  ),
})).tree;

/** An order, as a request spells it and as JavaScript sorts. */
export interface Order {
  readonly text: string;
  readonly compare: (a: Book, b: Book) => number;
}

const ordering: fc.Arbitrary<Order> = fc
  .tuple(
    fc.constantFrom('title', 'pages', 'price', 'in_stock', 'status'),
    fc.constantFrom('', '.asc', '.desc'),
    fc.constantFrom('', '.nullsfirst', '.nullslast'),
  )
  .map(([column, direction, nulls]) => {
    const isDescending = direction === '.desc';
    const areFirst = nulls === '' ? isDescending : nulls === '.nullsfirst';
    return {
      text: column + direction + nulls,
      compare: (a, b) => {
        const [left, right] = [
          a[column as keyof Book] as Ordered | null,
          b[column as keyof Book] as Ordered | null,
        ];
        if (left === null || right === null)
          return (Number(left === null) - Number(right === null)) * (areFirst ? -1 : 1);
        return compare(left, right) * (isDescending ? -1 : 1);
      },
    };
  });

export const order: fc.Arbitrary<Order> = fc.array(ordering, { maxLength: 3 }).map((all) => {
  const keyDirection = all.at(-1)?.text.includes('.desc') === true ? -1 : 1;
  return {
    text: all.map(({ text }) => text).join(','),
    compare: (a, b) =>
      all.map((each) => each.compare(a, b)).find((result) => result !== 0) ?? (a.id - b.id) * keyDirection,
  };
});
