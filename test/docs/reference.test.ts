import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GENERATED, pageWith } from './reference/pages.ts';

test.each(Object.entries(GENERATED))(
  '%s says what the code says (npm run docs:reference writes it)',
  (path, generated) => {
    const page = readFileSync(path, 'utf8');
    expect(page).toBe(pageWith(page, generated()));
  },
);
