import { join } from 'node:path';
import { expect } from 'vitest';
import { compileDefinitions } from '../../src/projection/load.ts';
import { contentsOf, open, statusOf } from '../engine/stage.ts';
import { CrashRig, generationsOf } from './crash-rig.ts';
import { definitionsFor } from './definitions.ts';

export interface CrashOptions {
  readonly kills: number;
  /** Events that the log begins with. */
  readonly events: number;
  readonly seed: number;
}

export interface CrashOutcome {
  readonly survived: number;
  /** Events that the killed processes had been told are on disk. */
  readonly acknowledged: number;
  /** Builds that went on where a kill had interrupted them. */
  readonly resumed: number;
}

/** Kills, looks, and at the end opens the folder once more and lets it catch up. */
export async function survivesKills({ kills, events, seed }: CrashOptions): Promise<CrashOutcome> {
  const rig = new CrashRig(seed);
  await rig.prepare(events);
  for (let kill = 1; kill <= kills; kill += 1) {
    try {
      await rig.killOnce();
    } catch (error) {
      throw new Error(`After kill ${kill} of seed ${seed} (again: CRASH_SEED=${seed} CRASH_KILLS=${kill})`, {
        cause: error,
      });
    }
  }
  await endsAsIfNothingHadBeen(rig);
  return { survived: kills, acknowledged: rig.acknowledged, resumed: rig.resumed };
}

/** The folder, opened once more, comes to the very views of a folder with the same log and no history. */
async function endsAsIfNothingHadBeen(rig: CrashRig): Promise<void> {
  const views = await caughtUp(rig.data, rig.factor);
  expect(await caughtUp(rig.copyLog(), rig.factor)).toEqual(views);
}

/** The contents of every live generation, once each is of the present definition and at the head. */
async function caughtUp(data: string, factor: number): Promise<string[]> {
  const definitions = definitionsFor(factor);
  const { p } = await open(data, { projections: definitions });
  for (const { compiled } of compileDefinitions(definitions).projections) {
    const { projection, hash } = compiled.program;
    await p.waitFor(projection, p.log.head());
    // Where it is being built, this is that build.
    if (statusOf(p, projection).programHash !== hash) await p.rebuild(projection);
    expect(statusOf(p, projection)).toMatchObject({ state: 'live', error: null, programHash: hash });
  }
  await p.close();
  const live = generationsOf(data).filter(({ state }) => state === 'live');
  return live.map(({ file }) => contentsOf(join(data, file)));
}
