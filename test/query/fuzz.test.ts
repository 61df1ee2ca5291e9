import { expect, test } from 'vitest';
import { fuzzQueries } from './fuzz.ts';

test('no request makes the server fail, or tells of its inside', async () => {
  await expect(fuzzQueries(Number(process.env['FUZZ_RUNS'] ?? 2000))).resolves.toBeUndefined();
}, 120_000);
