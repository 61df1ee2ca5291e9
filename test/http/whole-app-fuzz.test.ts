import { expect, test } from 'vitest';
import { started } from '../live/support.ts';
import { fuzzWholeApp } from './whole-app-fuzz.ts';

test('no request, live, of the past, or an append, makes the whole app fail', async () => {
  const faults: unknown[] = [];
  const projectionist = await started({ aggregates: true, onFault: (error) => faults.push(error) });
  await fuzzWholeApp(projectionist, 500);
  expect(faults).toEqual([]);
});
