import { dryRun } from './engine/apply/dry-run.ts';
import type { Projection } from './projection/define.ts';
import { compileDefinitions, type Definitions, loadDefinitions } from './projection/load.ts';

/** Loads a folder's definitions and tries their programs out. Throws DEFINITION_INVALID with every problem. */
export async function loadCheckedDefinitions(folder: string): Promise<Definitions> {
  return checked(await loadDefinitions(folder));
}

/** The same for definitions that are handed over as objects. */
export function checkDefinitions(definitions: readonly Projection[]): Definitions {
  return checked(compileDefinitions(definitions));
}

function checked(definitions: Definitions): Definitions {
  dryRun(definitions.projections.map(({ file, compiled }) => ({ file, program: compiled.program })));
  return definitions;
}
