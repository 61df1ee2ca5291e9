/** Writes what the pages of reference say of the code: `npm run docs:reference`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { GENERATED, pageWith } from './pages.ts';

for (const [path, generated] of Object.entries(GENERATED)) {
  writeFileSync(path, pageWith(readFileSync(path, 'utf8'), generated()));
}
