import { relative } from 'node:path';
import { viewNames } from './compile.ts';
import type { Projection } from './define.ts';
import type { Problem } from './problem.ts';

/** A definition and the file it stands in; no file where it was handed over as an object. */
interface Found {
  readonly file: string | undefined;
  readonly definition: Projection;
}

/** Names that have one owner in HTTP, and what to do where two definitions claim one. */
const HINTS = {
  projection: 'Give each projection a name of its own.',
  view: 'A view has one owner. Give one of them another name.',
  query: 'Named queries are asked for by their name alone. Give one of them another name.',
};

/** Projections, views and named queries that two definitions claim. */
export function doubleClaims(found: readonly Found[], directory: string): Problem[] {
  const owners = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { file, definition } of found) {
    const own = file === undefined ? undefined : relative(directory, file);
    for (const [kind, name] of claimsOf(definition)) {
      const claim = `${kind} ${name}`;
      const other = owners.get(claim);
      if (other === undefined) owners.set(claim, own ?? `projection ${definition.name}`);
      else
        problems.push({
          file: own,
          projection: definition.name,
          message: `the ${claim} is already declared in ${other}`,
          hint: HINTS[kind],
        });
    }
  }
  return problems;
}

function claimsOf(definition: Projection): readonly (readonly [kind: keyof typeof HINTS, name: string])[] {
  const { queries } = definition;
  // What is no object of queries is a problem of its own, which compiling reports.
  const names = typeof queries === 'object' && queries !== null ? Object.keys(queries) : [];
  return [
    ['projection', definition.name],
    ...[...new Set(viewNames(definition))].map((view) => ['view', view] as const),
    ...names.map((name) => ['query', name] as const),
  ];
}
