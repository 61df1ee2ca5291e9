import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Projectionist } from '../../src/projectionist.ts';
import type { ProjectionistOptions } from '../../src/projectionist-options.ts';
import { apply, Live, type Row, started, temporaryFolder } from './support.ts';
import { fold, type Thing, type ThingEvent, thingsProjection } from './things.ts';

const RUNS = Number(process.env['LIVE_RUNS'] ?? 12);
const SEED = Number(process.env['SEED'] ?? 11);

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const color = fc.constantFrom('red', 'blue');
const thingEvent: fc.Arbitrary<ThingEvent> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .record({ id, color, score: fc.nat(5) })
      .map((data) => ({ type: 'thing.set' as const, data })),
  },
  { weight: 2, arbitrary: id.map((gone) => ({ type: 'thing.gone' as const, data: { id: gone } })) },
  { weight: 1, arbitrary: fc.constant({ type: 'other.happened' as const, data: {} }) },
);

interface Query {
  readonly path: string;
  readonly rows: (all: readonly Thing[]) => readonly Thing[];
}

const byScore = (a: Thing, b: Thing): number => b.score - a.score || (a.id < b.id ? -1 : 1);
const query: fc.Arbitrary<Query> = fc.oneof(
  color.map((wanted) => ({
    path: `/views/things?color=eq.${wanted}&order=score.desc,id`,
    rows: (all: readonly Thing[]) => all.filter((thing) => thing.color === wanted).toSorted(byScore),
  })),
  fc.tuple(fc.integer({ min: 1, max: 4 }), fc.nat(2)).map(([limit, offset]) => ({
    path: `/views/things?order=score.desc,id&limit=${limit}&offset=${offset}`,
    rows: (all: readonly Thing[]) => all.toSorted(byScore).slice(offset, offset + limit),
  })),
);

type Step =
  | { readonly kind: 'append'; readonly events: readonly ThingEvent[] }
  | { readonly kind: 'reconnect' }
  | { readonly kind: 'rebuild' }
  | { readonly kind: 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .array(thingEvent, { minLength: 1, maxLength: 5 })
      .map((events) => ({ kind: 'append' as const, events })),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'reconnect' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'rebuild' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
);

/** Appends an event each commit, so that positions count. */
async function append(projectionist: Projectionist, events: readonly ThingEvent[]): Promise<void> {
  for (const event of events) await projectionist.log.append('s', event);
}

test.each<[string, ProjectionistOptions, number]>([
  ['on this thread', {}, RUNS],
  ['beside this thread', { scans: { rows: 0, readers: 1 } }, Math.ceil(RUNS / 4)],
])(
  'snapshot and changes, found %s, add up to the rows of the position, over reconnects, rebuilds and restarts',
  async (_, settings, numRuns) => {
    await fc.assert(
      fc.asyncProperty(
        query,
        fc.array(step, { minLength: 1, maxLength: 12 }),
        async ({ path, rows }, steps) => {
          const data = temporaryFolder();
          let projectionist = await started({ data, ...settings });
          const history: ThingEvent[] = [];
          let live = await Live.open(projectionist, path);
          let state: readonly Row[] = [];
          let isFirst = true;
          /** Reads until the state is that of the head, and checks it at every message on the way. */
          const settle = async (): Promise<void> => {
            const expected = rows(fold(history));
            while (isFirst || JSON.stringify(state) !== JSON.stringify(expected)) {
              const message = await live.next();
              if (message === undefined) throw new Error('The stream ended');
              expect(message.event === 'snapshot').toBe(isFirst);
              expect(message.id).toBe(message.data.position);
              state = apply(state, message);
              expect(state).toEqual(rows(fold(history.slice(0, message.id))));
              isFirst = false;
            }
          };
          await settle();
          for (const { kind, ...rest } of steps) {
            if (kind === 'append') {
              const { events } = rest as { events: readonly ThingEvent[] };
              await append(projectionist, events);
              history.push(...events);
              // Half of the time the reader is behind when something else happens.
              if (events.length % 2 === 0) await settle();
            }
            if (kind === 'rebuild') await projectionist.rebuild('things');
            if (kind === 'restart') {
              await live.close();
              await projectionist.close();
              projectionist = await started({ data, ...settings });
            }
            if (kind !== 'append') {
              await live.close();
              live = await Live.open(projectionist, path, live.lastId);
            }
          }
          await settle();
          await live.close();
          await projectionist.close();
        },
      ),
      { numRuns, seed: SEED },
    );
  },
  240_000,
);

test('a reader that comes back from before another program became live gets the rows whole', async () => {
  const data = temporaryFolder();
  const first = await started({ data });
  await append(first, [{ type: 'thing.set', data: { id: 'a', color: 'red', score: 1 } }]);
  await first.close();
  const second = await started({ data, projections: [thingsProjection(100)] });
  await second.rebuild('things');
  await append(second, [{ type: 'thing.set', data: { id: 'b', color: 'red', score: 2 } }]);
  // Whether 100 or 1 was answered at position 1 cannot be told from the position.
  const again = await Live.open(second, '/views/things?color=eq.red&limit=9', 1);
  expect(await again.next()).toMatchObject({ event: 'snapshot', data: { reason: 'gap' } });
});

test('rows without a key are sent whole when they change', async () => {
  const projectionist = await started();
  const live = await Live.open(projectionist, '/views/notes');
  expect(await live.next()).toMatchObject({ event: 'snapshot', data: { rows: [], reason: 'first' } });
  await append(projectionist, [{ type: 'thing.set', data: { id: 'a', color: 'red', score: 1 } }]);
  expect(await live.next()).toMatchObject({
    event: 'snapshot',
    id: 1,
    data: { rows: [{ what: 'a' }], reason: 'changed' },
  });
  await live.close();
});
