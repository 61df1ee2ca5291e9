import { KILL_POINTS, ServerKills } from './server-kills.ts';

/** Kills after which the views are compared. */
const BURST = 25;

/** Kills a real server so many times, every second time at a named point; answers where it died. */
export async function survivesServerKills(
  kills: number,
  seed: number,
): Promise<{ deaths: ReadonlyMap<string, number>; acknowledged: number }> {
  const rig = new ServerKills(seed);
  for (let kill = 1; kill <= kills; kill += 1) {
    try {
      const point = kill % 2 === 0 ? KILL_POINTS[(kill / 2 - 1) % KILL_POINTS.length] : undefined;
      if (kill % 10 === 9) await rig.killImport(2000);
      else await rig.kill(point);
      if (kill % BURST === 0 || kill === kills) await rig.compare();
    } catch (error) {
      const again = `SERVER_KILLS_SEED=${seed} SERVER_KILLS=${kill} npx vitest run --project long test/long/server-kills.test.ts`;
      throw new Error(`After kill ${kill}: ${(error as Error).message}\n\nAgain: ${again}`, { cause: error });
    }
  }
  return { deaths: rig.deaths, acknowledged: rig.acknowledged };
}
