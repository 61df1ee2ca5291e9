import { expect, test } from 'vitest';
import { open, temporaryFolder } from '../engine/stage.ts';

test('events keep the order of their positions when the clock is set back, and so does the past', async () => {
  let time = '2026-03-01T12:00:00.000Z';
  const { p } = await open(temporaryFolder(), { now: () => new Date(time) });
  const append = (type = 'account.opened') => p.log.append('a', { type, data: { owner: 'Ada', amount: 1 } });
  await append();
  time = '2026-03-01T11:00:00.000Z';
  await append('account.deposited');
  time = '2026-03-01T12:30:00.000Z';
  await append('account.deposited');
  // An event that brings its own time keeps it, whenever that was.
  await p.log.append('a', { type: 'account.deposited', data: { amount: 1 }, time: '2020-01-01T00:00:00Z' });
  expect([...p.log.readAll()].map((event) => event.time)).toEqual([
    '2026-03-01T12:00:00.000Z',
    '2026-03-01T12:00:00.000Z',
    '2026-03-01T12:30:00.000Z',
    '2020-01-01T00:00:00.000Z',
  ]);
  await p.ready();
  // The last event, by position, that happened at or before the time: here the one that came late.
  const { position } = await p.asOf('accounts', new Date('2026-03-01T12:10:00Z')).then(async (past) => {
    const found = { position: past.position };
    past.close();
    return found;
  });
  expect(position).toBe(4);
});
