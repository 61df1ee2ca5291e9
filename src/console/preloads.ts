import { dirname, join } from 'node:path/posix';
import type { Assets } from './assets.ts';

/** What a module names with `from '…'` or `import '…'`; what it calls `import()` for can wait. */
const IMPORTS = /(?:from|import)\s*['"]([@\w./-]+)['"]/g;

/** The files of some modules and of all that they import, so that a browser can ask for all of them at once. */
export function modulesOf(assets: Assets, entries: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const visit = (path: string | undefined): void => {
    const file = path === undefined ? undefined : assets.files.get(path);
    if (file === undefined || found.has(file.path)) return;
    found.add(file.path);
    for (const [, specifier = ''] of file.identity.toString().matchAll(IMPORTS))
      visit(specifier.startsWith('.') ? join(dirname(file.path), specifier) : assets.imports[specifier]);
  };
  for (const entry of entries) visit(entry);
  return [...found];
}
