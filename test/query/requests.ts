import fc from 'fast-check';

/** Requests that have an answer: what the mutations begin with. */
const SEEDS = [
  '/books?id=eq.1',
  '/books?select=id,title,a:authors!author_id(name)&order=a(name).desc,id&limit=2',
  '/books?or=(id.eq.1,and(pages.gt.200,not.or(status.eq.draft,title.like.*red*)))&limit=1&offset=1',
  '/books?select=status,count(),pages.sum()::text&order=status',
  '/books?select=data->deep->x->-1,data->>city,price::int&data->n=gt.5&data->tags=cs.{a,"b"}',
  String.raw`/books?title=in.("a,b","c\"d")&copies=gt.5&cover=eq.\x00ff&printed_at=lt.2024-01-01T00:00:00Z`,
  '/books?title=fts.red%26!(house|"x")&title=wfts."a b" -c&title=plfts.x',
  '/books?select=*,book_tags!inner(tag,tags(name)),...blurbs(text)&book_tags.weight=gt.1&book_tags.order=weight&book_tags.limit=1',
  '/books?in_stock=not.is.null&status=eq(any).{draft,lost}&pages=isdistinct.3&title=ilike.*é_',
  '/authors?select=name,books!author_id(id)&books=not.is.null&order=country.nullsfirst',
  String.raw`/books?title=match.^The\s%2B[a-z]{2,9}$&title=not.imatch.É|day&or=(title.match(any).{"a|b",c*},id.eq.1)`,
  '/rpc/allWithAuthors?books_title=imatch(all).{red,^t}&books_price=isdistinct.3&limit=1',
  '/rpc/byAuthor?author=1&least=2&select=name&cost=gt.1&order=id.desc',
  '/rpc/allWithAuthors?books_id=eq.1',
] as const;

const PIECES = [
  '&',
  '=',
  '?',
  '.',
  ',',
  '(',
  ')',
  '{',
  '}',
  '"',
  '\\',
  "'",
  ';',
  '--',
  '/*',
  '*',
  '%',
  '%00',
  '%ff',
  '%F0%9F',
  '+',
  ':',
  '::',
  '->',
  '->>',
  '!',
  '...',
  '<',
  '\u0000',
  'é',
  '💡',
  '\n',
  'select',
  'order',
  'limit',
  'offset',
  'after',
  'and',
  'or',
  'not.',
  'not.and',
  'id',
  'title',
  'data',
  'authors',
  'books',
  'book_tags',
  'rowid',
  'books_search',
  'sqlite_master',
  '__proto__',
  'constructor',
  'toString',
  'eq.',
  'neq.',
  'gt.',
  'in.',
  'is.',
  'like.',
  'ilike.',
  'match.',
  'imatch.',
  'match(any).{',
  '(all)',
  '^',
  '|',
  '(?i)',
  '(?=',
  '[^',
  '{1000}',
  '{0,500}',
  String.raw`\pL`,
  String.raw`\b`,
  '**',
  'fts.',
  'phfts.',
  'cs.',
  'cd.',
  'ov.',
  'isdistinct.',
  'null',
  'true',
  '(any)',
  '::int',
  '::json',
  'sum()',
  'count()',
  'avg()',
  '1',
  '-1',
  '0',
  '1e999',
  '9223372036854775808',
  '99999999999999999999',
  'NaN',
  '-',
  '1.5',
  "'; DROP TABLE books; --",
  '" OR 1=1',
  '(SELECT 1)',
  '$',
  '$.a',
  '[0]',
  'x'.repeat(300),
];

export const mutation = fc.record({
  kind: fc.constantFrom('insert' as const, 'delete' as const, 'repeat' as const),
  at: fc.nat(200),
  length: fc.nat(12),
  piece: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...PIECES) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
  ),
});

export function mutate(
  text: string,
  {
    kind,
    at,
    length,
    piece,
  }: { kind: 'insert' | 'delete' | 'repeat'; at: number; length: number; piece: string },
): string {
  const place = text.indexOf('?') + 1 + (at % Math.max(1, text.length - text.indexOf('?')));
  if (kind === 'insert') return text.slice(0, place) + piece + text.slice(place);
  if (kind === 'delete') return text.slice(0, place) + text.slice(place + length);
  return text.slice(0, place) + text.slice(place, place + length).repeat(3) + text.slice(place + length);
}

const spelled = fc
  .tuple(fc.constantFrom(...SEEDS), fc.array(mutation, { maxLength: 5 }))
  .map(([seed, all]) => all.reduce(mutate, seed));
const composed = fc
  .tuple(
    fc.constantFrom('books', 'authors', 'tags', 'nope', '%00', 'rpc/byAuthor', 'rpc/nope', 'rpc/'),
    fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }),
  )
  .map(([view, pieces]) => `/${view}?${pieces.join('')}`);

const header = (values: readonly string[]) =>
  fc.oneof(
    fc.constantFrom(...values),
    fc.string({ unit: fc.constantFrom(...Array.from('abc=,;*/"0-9 ')), maxLength: 20 }),
  );

export interface RandomRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string | undefined;
}

/** Requests of which most are nearly right. */
export const request: fc.Arbitrary<RandomRequest> = fc.record({
  url: fc.oneof({ weight: 4, arbitrary: spelled }, { weight: 1, arbitrary: composed }),
  method: fc.oneof(
    { weight: 12, arbitrary: fc.constant('GET') },
    { weight: 1, arbitrary: fc.constantFrom('HEAD', 'POST', 'PUT', 'OPTIONS', 'DELETE') },
  ),
  headers: fc.record(
    {
      Accept: header([
        'application/json',
        'text/csv',
        'application/vnd.pgrst.object+json',
        'text/html',
        '*/*;q=0.1, text/csv',
      ]),
      Prefer: header([
        'count=exact',
        'count=planned',
        'count=estimated',
        'count=planned, count=exact; handling=lenient',
        'handling=strict, count=planned',
        'handling=strict, foo, bar',
        'count=none',
      ]),
      Range: header(['0-1', '5-2', '1-', 'items=0-0', '999999999999999999-']),
      'Range-Unit': header(['items', 'bytes']),
    },
    { requiredKeys: [] },
  ),
  body: fc.option(
    fc.constantFrom('', '{}', '{"author":1}', '{"author":"x"}', '[]', '{', '{"author":1,"__proto__":2}'),
    { nil: undefined },
  ),
});
