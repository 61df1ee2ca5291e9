import fc from 'fast-check';
import { mutate, mutation } from '../query/requests.ts';
import type { Projectionist } from '../../src/projectionist.ts';

/** Requests that have an answer, to every kind of resource; `body` is sent with POST. */
const SEEDS: readonly { readonly url: string; readonly body?: string }[] = [
  { url: '/views/things?color=match.^r&order=score.desc,id&limit=2' },
  { url: '/views/things?select=color,count(),score.sum()&or=(color.imatch.E,id.eq.a)' },
  { url: '/views/things?select=points:score&score=gte.0&lastEventId=1' },
  { url: '/views/rpc/best?color=red&best=gt.0' },
  { url: '/views/rpc/clash?color=red&limit=9&and=(color.eq.blue)&order=id.desc' },
  { url: '/views/rpc/clash?order=id', body: '{"color":"red","limit":9}' },
  { url: '/events?after=0&limit=2&type=thing.set' },
  { url: '/streams/s?after=0' },
  { url: '/projections/things?x=1' },
  { url: '/openapi.json?' },
  {
    url: '/events?',
    body: '{"stream":"s","type":"thing.set","data":{"id":"a","color":"red","score":1},"metadata":{"a":[1]}}',
  },
  {
    url: '/events?',
    body: '[{"stream":"s","type":"thing.gone","data":{"id":"a"}},{"id":"same","stream":"é/1","type":"other.happened","data":{}}]',
  },
  { url: '/streams/s?', body: '[{"type":"other.happened","data":{},"time":"2026-01-01T00:00:00Z"}]' },
  {
    url: '/events?',
    body: '{"specversion":"1.0","id":"c1","source":"/x","subject":"s","type":"other.happened","data":{}}',
  },
];

const PREFERENCES = [
  'count=exact',
  'count=planned',
  'count=estimated',
  'as-of=0',
  'as-of=2',
  'as-of=999999',
  'as-of=x',
  'min-position=1',
  // Waiting is for other tests.
  'min-position=999999, wait=0',
  'wait=0',
  'wait=-1',
  'handling=strict',
  'handling=lenient',
  'return=representation',
  'foo="a, b"; c=d',
  '=',
  '"',
];

const preferences = fc
  .array(fc.constantFrom(...PREFERENCES), { minLength: 1, maxLength: 4 })
  .chain((all) => fc.constantFrom(', ', ',', '; ').map((between) => all.join(between)));

const request = fc.record({
  seed: fc.constantFrom(...SEEDS),
  address: fc.array(mutation, { maxLength: 3 }),
  body: fc.array(mutation, { maxLength: 3 }),
  headers: fc.record(
    {
      Accept: fc.constantFrom(
        'text/event-stream',
        'text/event-stream',
        'application/json',
        'text/csv',
        'application/vnd.pgrst.object+json',
        'text/html',
      ),
      Prefer: preferences,
      'Accept-Datetime': fc.constantFrom('Thu, 01 Jan 2026 00:00:00 GMT', 'yesterday', ''),
      'Last-Event-ID': fc.constantFrom('0', '1', '99', '1-0011aabb', 'x', ''),
      'Content-Type': fc.constantFrom(
        'application/json',
        'application/cloudevents+json',
        'application/cloudevents-batch+json',
        'application/x-ndjson',
        'text/plain',
        ';',
      ),
      'ce-id': fc.constantFrom('1', ''),
      'ce-type': fc.constantFrom('thing.gone', 'x'),
      'If-Match': fc.constantFrom('"0"', '"1"', '*', 'x'),
      'If-None-Match': fc.constantFrom('*', '"1"', 'W/"things-1.1"'),
      Range: fc.constantFrom('0-0', '3-1', 'x', '9-'),
    },
    { requiredKeys: [] },
  ),
  isHead: fc.boolean(),
});

/** Statuses above 499 that say when to come again. */
const PASSING: ReadonlySet<number> = new Set([503]);
/** What no answer may say of the server's inside. */
const INSIDE = /\bFROM "|json_object\(|AS t\d|\.ts:\d|\/tmp\/|node_modules|SQLITE_|SqliteError/;

/**
 * Sends random requests to a whole app with its log and projections at work: reads in all forms, live answers, the past,
 * named queries and appends. Throws for the first answer that is the server's fault, or says too much.
 */
export async function fuzzWholeApp(projectionist: Projectionist, numRuns: number): Promise<void> {
  const thing = { type: 'thing.set', data: { id: 'a', color: 'red', score: 1 } };
  const { position } = await projectionist.log.append('s', thing);
  await projectionist.waitFor('things', position);
  await fc.assert(
    fc.asyncProperty(request, async ({ seed, address, body, headers, isHead }) => {
      const url = address.reduce(mutate, seed.url);
      const text = seed.body === undefined ? undefined : body.reduce(mutate, `?${seed.body}`).slice(1);
      const defined = Object.entries(headers).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      );
      const method = text === undefined ? (isHead ? 'HEAD' : 'GET') : 'POST';
      const init = { method, headers: defined, ...(text !== undefined && { body: text }) };
      const answer = await projectionist.app.request(
        `http://localhost${encodeURI(url.toWellFormed())}`,
        init,
      );
      const said = await firstOf(answer);
      if (answer.status >= 500 && !PASSING.has(answer.status)) throw new Error(`${answer.status} ${said}`);
      if (INSIDE.test(said)) throw new Error(`An answer says too much: ${said}`);
    }),
    { numRuns, ...(process.env['FUZZ_SEED'] !== undefined && { seed: Number(process.env['FUZZ_SEED']) }) },
  );
}

/** The whole answer, or of one that goes on its beginning. */
async function firstOf(answer: Response): Promise<string> {
  if (answer.headers.get('Content-Type')?.startsWith('text/event-stream') !== true) return answer.text();
  const reader = answer.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  return new TextDecoder().decode(value as Uint8Array | undefined);
}
