import { readFileSync } from 'node:fs';

/** The package's version: its package.json is two folders up from the sources as well as from what they compile to. */
export function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
