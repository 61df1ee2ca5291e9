import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.ts';
import { checkLog, type LogReport } from '../../src/event-log/check-log.ts';
import { EventLog } from '../../src/event-log/event-log.ts';
import { temporaryFolder } from './support.ts';

/** A log of 30 events in 3 streams, with `harm` done to it. */
async function reportOn(harm: string): Promise<LogReport> {
  const path = join(temporaryFolder(), 'log.db');
  const log = EventLog.open(path);
  await log.appendAll(
    Array.from({ length: 30 }, (_, index) => ({
      id: `id-${index + 1}`,
      stream: `s-${index % 3}`,
      type: 'noted',
      data: { index },
    })),
  );
  await log.close();
  const db = openDatabase(path, { purpose: 'durable' });
  db.exec(harm);
  db.close();
  return checkLog(path);
}

const WITHOUT_ID_INDEX = 'DROP INDEX events_by_id;';

test('a sound log has no problem, and an empty one neither', async () => {
  expect(await reportOn('')).toMatchObject({ isSound: true, head: 30, events: 30, problems: [], found: 0 });
  expect(await reportOn('DELETE FROM events; DELETE FROM event_types')).toMatchObject({
    isSound: true,
    head: 0,
  });
});

test.each<[string, string, object[]]>([
  [
    'gaps',
    'DELETE FROM events WHERE position IN (7, 8, 9, 30); UPDATE event_types SET events = 26; UPDATE events SET version = version - 1 WHERE position > 9',
    [{ check: 'positions', position: 7, message: 'no events stand at positions 7 to 9' }],
  ],
  [
    'a version that is left out',
    'UPDATE events SET version = 20 WHERE position = 30',
    [{ check: 'versions', position: 30, message: 'stream s-2 has version 20 where version 10 belongs' }],
  ],
  [
    'versions in another order than positions',
    'UPDATE events SET version = 99 WHERE position = 1; UPDATE events SET version = 1 WHERE position = 4; UPDATE events SET version = 2 WHERE position = 1',
    [
      {
        check: 'versions',
        position: 1,
        message:
          'stream s-0 has version 2 where version 2 belongs, but at a lower position than the version before',
      },
    ],
  ],
  [
    'an id that comes twice',
    `${WITHOUT_ID_INDEX} UPDATE events SET id = 'id-3' WHERE position = 9`,
    [{ check: 'ids', position: 9, message: 'the id id-3 stands at positions 3, 9' }],
  ],
  [
    'data that is no JSON, metadata that is no object, a time that does not sort',
    "UPDATE events SET data = x'ff00' WHERE position = 5; UPDATE events SET metadata = jsonb('[1]') WHERE position = 6; UPDATE events SET time = '2026-01-01' WHERE position = 7",
    [
      { check: 'events', position: 5, message: 'data is no JSON' },
      { check: 'events', position: 6, message: 'metadata is no JSON object' },
      { check: 'events', position: 7, message: 'the time 2026-01-01 is not in UTC with milliseconds' },
    ],
  ],
  [
    'a count of types that is wrong',
    'UPDATE event_types SET events = 31',
    [{ check: 'types', position: null, message: 'the log counts 31 events of type noted, and holds 30' }],
  ],
])('a log with %s is not sound', async (_, harm, problems) => {
  const report = await reportOn(harm);
  expect(report).toMatchObject({ isSound: false, problems, found: problems.length });
});

test('of many problems of one kind the first are shown, and all are counted', async () => {
  const { problems, found } = await reportOn("UPDATE events SET data = x'ff00'");
  expect([problems.length, found]).toEqual([20, 30]);
});

test('a file that is no log is a problem, and none is an error', async () => {
  const path = join(temporaryFolder(), 'log.db');
  await expect(checkLog(path)).rejects.toMatchObject({ code: 'DATA_FOLDER_UNUSABLE' });
  writeFileSync(path, 'something else '.repeat(1000));
  expect(await checkLog(path)).toMatchObject({ isSound: false, head: null, problems: [{ check: 'file' }] });
});
