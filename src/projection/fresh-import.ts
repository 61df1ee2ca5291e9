import { registerHooks } from 'node:module';
import { sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The query parameter that makes a module URL new to Node's module cache. */
export const MARK = 'projectionist-load';
let loads = 0;
let isRegistered = false;

/** The library that definition files mean by 'projectionist': the one that is running, wherever it was started from. */
const OWN_INDEX = new URL(import.meta.url.endsWith('.ts') ? '../index.ts' : '../index.js', import.meta.url)
  .href;

/**
 * A function that turns files into URLs which Node has not loaded yet, so that an import reads the file as it is now.
 * The files that such a module imports, if they are not packages, are read anew as well.
 */
export function freshUrl(): (file: string) => string {
  register();
  loads += 1;
  const load = String(loads);
  return (file) => `${pathToFileURL(file).href}?${MARK}=${load}`;
}

/** A text with the names of files as they are on disk. */
export function withoutMark(text: string): string {
  return text.replaceAll(new RegExp(`\\?${MARK}=\\d+`, 'g'), '');
}

function register(): void {
  if (isRegistered) return;
  isRegistered = true;
  registerHooks({
    resolve(specifier, context, next) {
      const load = context.parentURL === undefined ? null : new URL(context.parentURL).searchParams.get(MARK);
      if (load === null) return next(specifier, context);
      if (specifier === 'projectionist') return { url: OWN_INDEX, shortCircuit: true };
      const resolved = next(specifier, context);
      return isOwnFile(resolved.url) ? { ...resolved, url: `${resolved.url}?${MARK}=${load}` } : resolved;
    },
  });
}

function isOwnFile(url: string): boolean {
  return (
    url.startsWith('file:') &&
    !url.includes('/node_modules/') &&
    !url.includes(`${sep}node_modules${sep}`) &&
    !url.includes('?')
  );
}
