/** Runs the benchmarks, one process each: `npm run bench`, or `npm run bench -- <name> [arguments]` for one of them. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ALL: readonly (readonly [name: string, ...values: string[]])[] = [
  ['rebuild', '1000000', '5'],
  ['rebuild', '10000000', '1'],
  ['latency', '500', '10'],
  ['live', '100', '50', '10'],
  ['live', '1000', '20', '10'],
  ['append'],
  ['import'],
  ['http'],
  ['lookups', '10000000'],
];

const [name, ...values] = process.argv.slice(2);
for (const [script, ...given] of name === undefined ? ALL : [[name, ...values] as const]) {
  console.log(`\n# ${[script, ...given].join(' ')}`);
  const file = join(import.meta.dirname, `${script}.ts`);
  execFileSync(process.execPath, ['--conditions=projectionist-source', file, ...given], { stdio: 'inherit' });
}
