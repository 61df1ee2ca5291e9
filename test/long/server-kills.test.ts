import { expect, test } from 'vitest';
import { KILL_POINTS } from '../fault/server-kills.ts';
import { survivesServerKills } from '../fault/survives-server-kills.ts';
import { record } from '../reliability/record.ts';

const kills = Number(process.env['SERVER_KILLS'] ?? 500);
const seed = Number(process.env['SERVER_KILLS_SEED'] ?? Math.floor(Math.random() * 1e6));

test(`${kills} kills of a server under load lose nothing and double nothing (seed ${seed})`, async () => {
  const { deaths, acknowledged } = await survivesServerKills(kills, seed);
  const total = [...deaths.values()].reduce((sum, count) => sum + count, 0);
  const named = KILL_POINTS.filter((point) => deaths.has(point));
  const figures =
    `${total} kills from seed ${seed}, ${total - (deaths.get('a random moment') ?? 0)} of them at ${named.length} named points and in ` +
    `imports; ${acknowledged.toLocaleString('en')} events acknowledged`;
  console.log(figures, Object.fromEntries(deaths));
  record('server-kills', figures);
  expect(acknowledged).toBeGreaterThan(kills);
  // Over so many kills every point is come to.
  expect(kills < 200 ? KILL_POINTS : named).toEqual(KILL_POINTS);
});
