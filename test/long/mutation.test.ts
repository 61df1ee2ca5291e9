import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Mutant, MUTANTS } from '../mutation/mutants.ts';
import { record } from '../reliability/record.ts';

/** A copy of the checkout, in which the faults are put. */
const copy = mkdtempSync(join(tmpdir(), 'projectionist-mutation-'));
let found = 0;
let tried = 0;

beforeAll(() => {
  for (const entry of ['src', 'test', 'projections', 'package.json', 'tsconfig.json', 'vitest.config.ts'])
    cpSync(resolve(entry), join(copy, entry), { recursive: true });
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
});

afterAll(() => {
  if (tried === MUTANTS.length)
    record('mutation', `${found} of ${MUTANTS.length} faults that were put into the source were found`);
  rmSync(copy, { recursive: true, force: true });
});

function passes(file: string): { isPassed: boolean; output: string } {
  const vitest = join(copy, 'node_modules/vitest/vitest.mjs');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [vitest, 'run', '--project', 'unit', '--bail', '1', file],
    { cwd: copy, encoding: 'utf8', env: { ...process.env, SIMULATION_SEED: '1', SIMULATION_RUNS: '25' } },
  );
  return { isPassed: status === 0, output: stdout + stderr };
}

function put({ file, search, replacement }: Mutant): () => void {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  if (text.split(search).length !== 2) throw new Error(`${file} has not exactly one place with: ${search}`);
  writeFileSync(
    path,
    text.replace(search, () => replacement),
  );
  return () => writeFileSync(path, text);
}

test('without a fault, the tests pass', () => {
  for (const file of new Set(MUTANTS.map((mutant) => mutant.test))) {
    const { isPassed, output } = passes(file);
    expect({ file, output: isPassed ? '' : output }).toEqual({ file, output: '' });
  }
});

test.each(MUTANTS.map((mutant) => [mutant.invariant, mutant.fault, mutant] as const))(
  'invariant %i is noticed to be broken when %s',
  (_, __, mutant) => {
    tried += 1;
    const restore = put(mutant);
    try {
      const { isPassed, output } = passes(mutant.test);
      expect(isPassed).toBe(false);
      // It failed for what it tests, and not because nothing ran.
      expect(output).toMatch(/Tests .*\d+ failed|Invariant \d+/);
      found += 1;
    } finally {
      restore();
    }
  },
);

test('every invariant has a fault', () => {
  expect([...new Set(MUTANTS.map(({ invariant }) => invariant))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});
