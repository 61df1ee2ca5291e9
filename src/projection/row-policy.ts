import { getTableName, is, SQL } from 'drizzle-orm';
import { ProjectionistError } from '../errors.ts';
import type { Claims, Projection, ViewPolicy } from './define.ts';

/** For a view, by its name in SQL, the condition on the rows that may be seen; undefined where all may. Throws FORBIDDEN. */
export type RowPolicy = (view: string) => SQL | undefined;

/** The row policies of a set of definitions. */
export class RowPolicies {
  readonly #views = new Map<string, ViewPolicy | undefined>();
  /** True where no view has a policy. */
  readonly isEmpty: boolean;

  constructor(definitions: readonly Projection[]) {
    for (const { views, policy } of definitions) {
      for (const [key, table] of Object.entries(views)) this.#views.set(getTableName(table), policy[key]);
    }
    this.isEmpty = [...this.#views.values()].every((policy) => policy === undefined);
  }

  /** The policies as they are for one caller; undefined where there are none. */
  for(claims: Claims): RowPolicy | undefined {
    return this.isEmpty ? undefined : (view) => this.#condition(view, claims);
  }

  #condition(view: string, claims: Claims): SQL | undefined {
    const policy = this.#views.get(view);
    if (policy !== undefined) return evaluate(view, policy, claims);
    if (this.#views.has(view)) return undefined;
    // An older generation still has the view, but nobody can say any more who may see its rows.
    throw refused(view, 'its policy left with its definition');
  }
}

/** Anything but a condition refuses: a policy that answers `true` has been misunderstood. */
function evaluate(view: string, policy: ViewPolicy, claims: Claims): SQL | undefined {
  let condition: unknown;
  try {
    condition = policy({ claims });
  } catch (error) {
    throw refused(view, 'its policy refuses this caller', error);
  }
  if (condition === undefined || is(condition, SQL)) return condition;
  throw refused(view, 'its policy answers no condition');
}

function refused(view: string, why: string, cause?: unknown): ProjectionistError {
  return new ProjectionistError('FORBIDDEN', `The rows of ${view} may not be seen: ${why}`, {
    hint: 'Send a token whose claims the policy asks for.',
    cause,
  });
}
