import { ProjectionistError } from '../../errors.ts';
import type { CompiledProjection } from '../../projection/compile.ts';
import type { Program } from '../../projection/program.ts';
import type { Generation } from '../catalog.ts';
import type { RunAim } from './generation-run.ts';
import type { LostGeneration } from './generation-store.ts';
import { hasCodeOf } from '../apply/program-code.ts';

/** What is to become live. */
export interface BuildPlan {
  readonly program: Program;
  /** One that is there already: a build that was interrupted, or the generation that a rollback returns to. */
  readonly generation?: Generation;
  /** Why, in words. */
  readonly reasons: readonly string[];
  /** A generation that has been live before: it is kept, whatever comes of this. */
  readonly isRollback?: boolean;
  /** Nothing of what was live before is kept. */
  readonly isReset?: boolean;
  /** It is compared with a second replay first, and becomes live only if nothing differs. */
  readonly mustVerify?: boolean;
  /** The hash of the program that is not to be built unasked once this is live. */
  readonly rolledBackFrom?: string | undefined;
}

export function aimOf({ isRollback, isReset }: BuildPlan): RunAim {
  if (isRollback === true) return 'return';
  return isReset === true ? 'reset' : 'build';
}

/** Builds again what was lost: the definition, or what it was rolled back to. */
export function planForLost(
  { generation, reason }: LostGeneration,
  compiled: CompiledProjection,
  rolledBackFrom: string | undefined,
): BuildPlan {
  const staysRolledBack = rolledBackFrom === compiled.program.hash && hasCodeOf(compiled, generation.program);
  if (!staysRolledBack) return { program: compiled.program, reasons: [reason] };
  return { program: generation.program, reasons: [reason], rolledBackFrom };
}

/** Brings the previous generation up to date and makes it live again. Throws NOTHING_TO_ROLL_BACK. */
export function planRollback(previous: Generation | undefined, compiled: CompiledProjection): BuildPlan {
  const { projection, hash } = compiled.program;
  if (previous === undefined)
    throw noWayBack(
      projection,
      `${projection} has no earlier generation`,
      'A generation is kept when the next one becomes live, until the one after that.',
    );
  const { program, number } = previous;
  if (!hasCodeOf(compiled, program))
    throw noWayBack(
      projection,
      `Generation ${number} of ${projection} was built with functions or upcasters that the definition no longer has`,
      'Put the earlier definition back; it is built anew.',
    );
  return {
    program,
    generation: previous,
    reasons: [`rolled back to generation ${number}`],
    isRollback: true,
    rolledBackFrom: program.hash === hash ? undefined : hash,
  };
}

function noWayBack(projection: string, message: string, hint: string): ProjectionistError {
  return new ProjectionistError('NOTHING_TO_ROLL_BACK', message, { hint, evidence: { projection } });
}
