import { ProjectionistError } from '../errors.ts';
import { loadCheckedDefinitions } from '../checked-definitions.ts';
import type { Definitions } from '../projection/load.ts';
import { didYouMean } from '../nearest.ts';

/** The definitions of a folder, cut down to those that are named. Throws PROJECTION_UNKNOWN. */
export async function definitionsNamed(folder: string, names: readonly string[]): Promise<Definitions> {
  const definitions = await loadCheckedDefinitions(folder);
  const known = definitions.projections.map(({ compiled }) => compiled.program.projection);
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new ProjectionistError('PROJECTION_UNKNOWN', `There is no projection ${name} in ${folder}`, {
      hint: `${didYouMean(name, known)}Defined are: ${known.join(', ') || 'none'}.`,
      evidence: { projection: name },
    });
  }
  return {
    ...definitions,
    projections: definitions.projections.filter(({ compiled }) =>
      names.includes(compiled.program.projection),
    ),
  };
}
