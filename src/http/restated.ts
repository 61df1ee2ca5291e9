import { type Evidence, ProjectionistError } from '../errors.ts';

/** The same error in other words, or with other evidence or another cause. */
export function restated(
  { code, message, hint, evidence }: ProjectionistError,
  changes: { readonly message?: string; readonly evidence?: Evidence; readonly cause?: unknown },
): ProjectionistError {
  return new ProjectionistError(code, changes.message ?? message, {
    hint,
    evidence: changes.evidence ?? evidence,
    cause: changes.cause,
  });
}
