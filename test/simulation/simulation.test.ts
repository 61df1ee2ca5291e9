import { expect, test } from 'vitest';
import { simulate } from './simulate.ts';

const seed = Number(process.env['SIMULATION_SEED'] ?? 1);
const runs = Number(process.env['SIMULATION_RUNS'] ?? 10);
const steps = Number(process.env['SIMULATION_STEPS'] ?? 150);

test(
  `${runs} simulated histories keep every invariant (from seed ${seed})`,
  { timeout: 600_000 },
  async () => {
    const happenings = await simulate({ seed, runs, steps });
    expect(happenings['move']).toBeGreaterThan(0);
  },
);
