import { expect, test } from 'vitest';
import { started } from '../../live/support.ts';

test('planned counts, and the planner, know of rows that came while a view was live', async () => {
  const projectionist = await started();
  const events = Array.from({ length: 12_000 }, (_, index) => ({
    stream: `s-${index % 10}`,
    type: 'thing.set',
    data: { id: `thing-${index}`, color: 'red', score: index },
  }));
  await projectionist.log.appendAll(events.slice(0, 100), new Map());
  // What is built has statistics; what was live from the start of an empty log has none, and is counted.
  await projectionist.rebuild('things');
  for (let from = 100; from < events.length; from += 1000)
    await projectionist.log.appendAll(events.slice(from, from + 1000), new Map());
  await projectionist.waitFor('things', events.length, 30_000);
  const headers = { Prefer: 'count=planned' };
  const answer = await projectionist.app.request('/views/things?limit=1&select=id', { headers });
  const total = Number(answer.headers.get('Content-Range')?.split('/')[1]);
  expect(total).toBeGreaterThan(9000);
  expect(total).toBeLessThan(15_000);
});
