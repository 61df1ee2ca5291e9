import { expect, test } from 'vitest';
import { survivesKills } from '../fault/survives-kills.ts';

const kills = Number(process.env['CRASH_KILLS'] ?? 100);
const seed = Number(process.env['CRASH_SEED'] ?? Math.floor(Math.random() * 1e6));

test(`${kills} kills lose, double and tear nothing (seed ${seed})`, async () => {
  console.log(`CRASH_SEED=${seed} CRASH_KILLS=${kills}`);
  const outcome = await survivesKills({ kills, events: 30_000, seed });
  const { survived, acknowledged, resumed } = outcome;
  console.log(
    `${survived} kills, ${acknowledged} events acknowledged, ${resumed} interrupted builds went on`,
  );
  expect(survived).toBe(kills);
  expect(acknowledged).toBeGreaterThan(kills);
  // Over so many kills some hit a build, and then the next life has to take it up.
  expect(resumed).toBeGreaterThanOrEqual(kills >= 50 ? 1 : 0);
});
