import { test } from 'vitest';
import { survivesKills } from './survives-kills.ts';

test('five kills lose, double and tear nothing', { timeout: 120_000 }, async () => {
  await survivesKills({ kills: 5, events: 20_000, seed: Number(process.env['CRASH_SEED'] ?? 1) });
});
