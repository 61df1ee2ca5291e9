import { ProjectionistError } from '../../errors.ts';
import type { Program } from '../../projection/program.ts';
import { resolveDrizzleQuickly } from '../../projection/quick-resolve.ts';
import { codeOf, hasCodeOf, isPlainData, NO_CODE, type ProgramCode } from '../apply/program-code.ts';

/**
 * The code of a program, in a thread that has none of it yet: loaded from the file that declares it. Undefined where
 * that definition is no longer what the program was compiled from.
 */
export async function loadCode(
  program: Program,
  definitionFile: string | undefined,
): Promise<ProgramCode | undefined> {
  if (isPlainData(program)) return NO_CODE;
  // Only here: Drizzle and a schema library take longer to load than everything else of this thread.
  resolveDrizzleQuickly();
  const { loadProjection } = await import('../../projection/load.ts');
  const compiled = definitionFile === undefined ? undefined : await loadProjection(definitionFile);
  return compiled !== undefined && hasCodeOf(compiled, program) ? codeOf(compiled) : undefined;
}

export function codeHasChanged(program: Program, definitionFile: string | undefined): ProjectionistError {
  return new ProjectionistError(
    'DEFINITION_INVALID',
    `The functions or upcasters of ${program.projection} have changed since it was compiled`,
    {
      hint: 'Load the definitions again: rebuild, or restart.',
      evidence: { projection: program.projection, file: definitionFile },
    },
  );
}
