import * as fc from 'fast-check';

const seed = process.env['PROPERTY_SEED'];
const runs = process.env['PROPERTY_RUNS'];
const path = process.env['PROPERTY_PATH'];

/**
 * Asserts a property over `usualRuns` random cases. `PROPERTY_SEED` and `PROPERTY_RUNS` choose others; a failure says
 * which line repeats it.
 */
export async function holds<T>(
  property: fc.IAsyncProperty<T>,
  usualRuns: number,
  file: string,
): Promise<void> {
  const details = await fc.check(property, {
    numRuns: runs === undefined ? usualRuns : Number(runs),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...(path === undefined ? {} : { path }),
  });
  if (!details.failed) return;
  const line = `PROPERTY_SEED=${details.seed} PROPERTY_PATH=${details.counterexamplePath} npx vitest run --project unit ${file}`;
  throw new Error(`${fc.defaultReportMessage(details)}\n\nAgain: ${line}`, { cause: details.errorInstance });
}
