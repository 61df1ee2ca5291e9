import { type Happenings, Simulation } from './simulation.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly runs: number;
  readonly steps: number;
}

/** Runs simulations of consecutive seeds, and answers what happened in them. The error of one says how to repeat it. */
export async function simulate({ seed, runs, steps }: SimulationOptions): Promise<Happenings> {
  const happenings: Happenings = {};
  for (let next = seed; next < seed + runs; next += 1) {
    const simulation = new Simulation(next);
    try {
      await simulation.run(steps);
    } catch (error) {
      const again = `SIMULATION_SEED=${next} SIMULATION_RUNS=1 SIMULATION_STEPS=${steps} npx vitest run --project unit test/simulation`;
      const { message } = error as Error;
      const last = simulation.trace.slice(-40).join(', ');
      throw new Error(`${message}\n\nAgain: ${again}\nIts last steps: ${last}`, { cause: error });
    }
    for (const [name, count] of Object.entries(simulation.happenings))
      happenings[name] = (happenings[name] ?? 0) + count;
  }
  return happenings;
}
