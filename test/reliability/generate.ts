/** Writes docs/reliability.md: `npm run reliability`. */
import { writeFileSync } from 'node:fs';
import { reliabilityDocument } from './document.ts';

writeFileSync('docs/reliability.md', reliabilityDocument());
