import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the suites leave what they did; `npm run reliability` puts it into docs/reliability.md. */
export const RESULTS = '.reliability';

/** What one run of a suite did, as it is to be read. */
export interface SuiteResult {
  readonly suite: string;
  /** ISO 8601. */
  readonly at: string;
  readonly figures: string;
}

/** Keeps what a suite did, in place of what its last run did. */
export function record(suite: string, figures: string): void {
  mkdirSync(RESULTS, { recursive: true });
  const result: SuiteResult = { suite, at: new Date().toISOString(), figures };
  writeFileSync(join(RESULTS, `${suite}.json`), `${JSON.stringify(result)}\n`);
}
