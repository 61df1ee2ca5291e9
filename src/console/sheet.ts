import { dirname, join } from 'node:path/posix';

const IMPORT = /^@import '([^']+)';$/gm;

/**
 * A style sheet with the sheets that it imports in their places, so that a browser asks for one file.
 * @param read the text of a file, by its path
 */
export function sheetOf(path: string, read: (path: string) => string): string {
  return read(path).replaceAll(IMPORT, (_, target: string) => sheetOf(join(dirname(path), target), read));
}
