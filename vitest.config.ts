import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const resolve = { conditions: ['projectionist-source', 'node', 'import', 'default'] };
const ssr = { resolve };

/** Tests that start processes, one after the other: they run with the long ones, so that `npm test` takes minutes, not ten. */
const WITH_PROCESSES = [
  'test/as-of/kill.test.ts',
  'test/cli/{check,check-against,commands,completions,dead-letters,exposure,infer,journal,pause}.test.ts',
  'test/docs/{schema-evolution,tutorial}.test.ts',
  'test/examples/{express-app,hono-app}.test.ts',
  'test/fault/**/*.test.ts',
];

export default defineConfig({
  resolve,
  ssr,
  test: {
    // Many tests wait for threads and timers more than they work, so that two files at a time pay even on two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/long/**', 'test/real-data/**', ...WITH_PROCESSES],
          typecheck: { enabled: false },
          testTimeout: 30_000,
          expect: { poll: { timeout: 15_000 } },
          // Modules are loaded once for a worker and not for each file: a third of the time. No test may rely on fresh ones.
          isolate: false,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'long',
          include: ['test/long/**/*.test.ts', 'test/real-data/**/*.test.ts', ...WITH_PROCESSES],
          testTimeout: 1_800_000,
          expect: { poll: { timeout: 60_000 } },
          fileParallelism: false,
        },
      },
    ],
  },
});
