import type { Program } from '../../projection/program.ts';

/** What differs between two programs, in words: for the line at start that says why something is built. */
export function programChanges(before: Program, after: Program): string[] {
  return [
    ...compare('view', before.tables, after.tables),
    ...compare('handler', before.feed, after.feed),
    ...compare('function', before.functions, after.functions),
    ...compare('upcasters of', before.upcasters, after.upcasters),
    ...changed('indexes', before.indexes, after.indexes),
    ...changed('full-text search', before.search, after.search),
    ...changed('schema versions', before.types, after.types),
  ];
}

function compare(
  what: string,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    if (!(name in before)) return [`${what} ${name} added`];
    if (!(name in after)) return [`${what} ${name} removed`];
    return isSame(before[name], after[name]) ? [] : [`${what} ${name} changed`];
  });
}

function changed(what: string, before: unknown, after: unknown): string[] {
  return isSame(before, after) ? [] : [`${what} changed`];
}

function isSame(before: unknown, after: unknown): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}
