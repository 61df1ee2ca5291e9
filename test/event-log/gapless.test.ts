import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineEvents } from '../../src/event-log/catalogue.ts';
import type { ExpectedVersion } from '../../src/event-log/writer.ts';
import { event, expectGapless, openedLog, temporaryFolder } from './support.ts';

const schema = z.object({ n: z.number() });
const catalogue = defineEvents({ a: { schema }, b: { schema } });
const ANSWERS = ['appended', 'VERSION_CONFLICT', 'EVENT_INVALID', 'EVENT_TYPE_UNKNOWN'];

/** Ten ids for many events, three streams for many expectations: duplicates and conflicts come often. */
const anEvent = fc.record(
  {
    id: fc.integer({ min: 1, max: 10 }).map((n) => `id-${n}`),
    type: fc.constantFrom('a', 'b', 'a', 'b', 'a', 'unknown'),
    data: fc.constantFrom({ n: 1 }, { n: 2 }, { n: 3 }, { n: 'text' }),
  },
  { requiredKeys: ['type', 'data'] },
);

const anAppend = fc.record({
  writer: fc.nat({ max: 1 }),
  stream: fc.constantFrom('x', 'y', 'z'),
  events: fc.array(anEvent, { minLength: 1, maxLength: 4 }),
  expectedVersion: fc.constantFrom<ExpectedVersion>(
    undefined,
    undefined,
    undefined,
    'none',
    0,
    1,
    2,
    3,
    5,
    8,
  ),
  /** Awaited before the next one begins; otherwise they run at the same time. */
  isAwaited: fc.boolean(),
});

test(
  'positions, versions and counts have no gap, whatever is appended through two connections',
  { timeout: 120_000 },
  async () => {
    let runs = 0;
    const folder = temporaryFolder();
    await fc.assert(
      fc.asyncProperty(fc.array(anAppend, { minLength: 1, maxLength: 30 }), async (appends) => {
        runs += 1;
        const path = `${folder}/${runs}.db`;
        const logs = [openedLog(path, { catalogue }), openedLog(path, { catalogue })] as const;
        const answers: Promise<PromiseSettledResult<unknown>[]>[] = [];
        for (const { writer, stream, events, expectedVersion, isAwaited } of appends) {
          const answer = (writer === 0 ? logs[0] : logs[1]).append(stream, events, { expectedVersion });
          const settled = Promise.allSettled([answer]);
          answers.push(settled);
          if (isAwaited) await settled;
        }
        for (const answer of (await Promise.all(answers)).flat()) {
          expect(ANSWERS).toContain(answer.status === 'rejected' ? answer.reason.code : 'appended');
        }
        expectGapless(logs[0]);
        const ids = [...logs[1].readAll()].map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        await Promise.all([logs[0].close(), logs[1].close()]);
      }),
      {
        numRuns: Number(process.env['PROPERTY_RUNS'] ?? 100),
        ...(process.env['PROPERTY_SEED'] === undefined ? {} : { seed: Number(process.env['PROPERTY_SEED']) }),
      },
    );
  },
);

test('an event that fails in a group leaves no gap between the others', async () => {
  const log = openedLog(`${temporaryFolder()}/log.db`);
  await Promise.allSettled(
    Array.from({ length: 60 }, (_, index) =>
      log.append('s', [event(), event()], index % 3 === 0 ? { expectedVersion: 0 } : {}),
    ),
  );
  expect(log.head()).toBe(82);
  expectGapless(log);
});
