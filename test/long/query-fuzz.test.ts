import { expect, test } from 'vitest';
import { fuzzQueries } from '../query/fuzz.ts';

test('of 100,000 requests none makes the server fail, or tells of its inside', async () => {
  await expect(fuzzQueries(Number(process.env['FUZZ_RUNS'] ?? 100_000))).resolves.toBeUndefined();
});
