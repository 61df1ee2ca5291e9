import { expect, test } from 'vitest';
import { survivesKills } from '../fault/survives-kills.ts';

const kills = Number(process.env['CRASH_KILLS'] ?? 100);
const seed = Number(process.env['CRASH_SEED'] ?? Math.floor(Math.random() * 1e6));

test(`${kills} kills lose, double and tear nothing (seed ${seed})`, async () => {
  console.log(`CRASH_SEED=${seed} CRASH_KILLS=${kills}`);
  const resumed = await survivesKills({ kills, events: 60_000, seed });
  console.log(`${resumed} interrupted builds went on where they had been`);
  if (kills >= 50) expect(resumed).toBeGreaterThan(0);
});
