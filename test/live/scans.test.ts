import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Projectionist } from '../../src/projectionist.ts';
import { Live, started } from './support.ts';

async function set(projectionist: Projectionist, id: string, score: number): Promise<void> {
  const { position } = await projectionist.log.append('s', {
    type: 'thing.set',
    data: { id, color: 'red', score },
  });
  await projectionist.waitFor('things', position);
}

const QUERY = '/views/things?score=gte.0&order=score';

test('readers of one query that reads a whole view share its scans, the first one too', async () => {
  const projectionist = await started({ scans: { rows: 0, readers: 1, queue: 2 } });
  await set(projectionist, 'a', 1);
  const readers = await Promise.all(Array.from({ length: 20 }, () => Live.open(projectionist, QUERY)));
  for (const reader of readers) {
    expect(reader.status).toBe(200);
    expect((await reader.next())?.data.rows).toEqual([{ id: 'a', color: 'red', score: 1 }]);
  }
  for (let score = 2; score < 20; score += 1) await set(projectionist, 'b', score);
  for (const reader of readers) {
    let last: unknown;
    while ((last as { score: number } | undefined)?.score !== 19)
      last = (await reader.next())?.data.changes?.at(-1)?.row;
    await reader.close();
  }
});

test('a live query whose scan takes too long is refused, and look-ups are answered meanwhile', async () => {
  const projectionist = await started({ scans: { rows: 0, readers: 1, timeout: 1 } });
  for (let index = 0; index < 30; index += 1) await set(projectionist, `thing-${index}`, index);
  const answers = Promise.all(
    Array.from({ length: 5 }, (_, index) => Live.open(projectionist, `${QUERY}&limit=${index + 1}`)),
  );
  expect((await projectionist.app.request('/views/things?id=eq.thing-7')).status).toBe(200);
  for (const { status } of await answers) expect([200, 503, 504]).toContain(status);
});

test('live answers keep no more than they may, and those that nobody reads make room', async () => {
  const projectionist = await started({ live: { characters: 3000 } });
  for (let index = 0; index < 20; index += 1) await set(projectionist, `thing-${index}`, index);
  const first = await Live.open(projectionist, '/views/things?order=id');
  expect(first.status).toBe(200);
  await first.next();
  const second = await Live.open(projectionist, '/views/things?order=score');
  expect(second.status).toBe(503);
  await first.close();
  await delay(0);
  expect((await Live.open(projectionist, '/views/things?order=score')).status).toBe(200);
});
