import { expect, test } from 'vitest';
import { fuzzWholeApp } from '../http/whole-app-fuzz.ts';
import { started } from '../live/support.ts';
import { fuzzQueries } from '../query/fuzz.ts';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 100_000);

test('of 100,000 requests none makes the server fail, or tells of its inside', async () => {
  await expect(fuzzQueries(RUNS)).resolves.toBeUndefined();
});

test('of 100,000 requests to a whole app, live, of the past, and appends among them, none makes it fail', async () => {
  const faults: unknown[] = [];
  const projectionist = await started({ aggregates: true, onFault: (error) => faults.push(error) });
  await fuzzWholeApp(projectionist, RUNS);
  expect(faults).toEqual([]);
});
