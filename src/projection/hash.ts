import { createHash } from 'node:crypto';
import type { Program } from './program.ts';

/** Raised when the engine comes to read a program differently, so that every generation is built again. */
const SEMANTICS = 1;

/** SHA-256 over what decides the rows of a program: not over names of TypeScript, formatting, lineage or queries. */
export function hashProgram(program: Omit<Program, 'hash'>): string {
  const { projection, tables, search, indexes, types, feedColumns, feed, partition, functions, upcasters } =
    program;
  const decisive = {
    semantics: SEMANTICS,
    projection,
    tables,
    search,
    indexes,
    types,
    feedColumns,
    feed,
    functions,
    upcasters,
    // Left out where there is none, so that earlier generations keep their hash.
    ...(partition !== null && { partition }),
  };
  return createHash('sha256')
    .update(JSON.stringify(sorted(decisive)))
    .digest('hex');
}

/** Objects with their keys in order; arrays keep theirs, as order has a meaning there. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}
