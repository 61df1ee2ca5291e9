import { defineConfig } from 'vitest/config';

const resolve = { conditions: ['projectionist-source', 'node', 'import', 'default'] };
const ssr = { resolve };

export default defineConfig({
  resolve,
  ssr,
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/long/**', 'test/real-data/**'],
          typecheck: { enabled: false },
          testTimeout: 30_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'long',
          include: ['test/long/**/*.test.ts', 'test/real-data/**/*.test.ts'],
          testTimeout: 1_800_000,
          expect: { poll: { timeout: 60_000 } },
          fileParallelism: false,
        },
      },
    ],
  },
});
