import { expect, test } from 'vitest';
import { survivesKills } from './survives-kills.ts';

test('five kills lose, double and tear nothing', { timeout: 120_000 }, async () => {
  const seed = Number(process.env['CRASH_SEED'] ?? 1);
  const { survived, acknowledged } = await survivesKills({ kills: 5, events: 10_000, seed });
  expect(survived).toBe(5);
  expect(acknowledged).toBeGreaterThan(5);
});
