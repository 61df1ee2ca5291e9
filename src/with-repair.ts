import { isDamage } from './engine/apply/faults.ts';
import { ProjectionistError } from './errors.ts';
import type { Parts } from './parts.ts';

/**
 * Runs a query on a view. Where the file turns out to be damaged, its generation is built again at once, whether or not an
 * event comes that would make its projector see that; the query fails with GENERATION_DAMAGED.
 */
export function withRepair({
  engine,
  readers,
  reportFault,
}: Pick<Parts, 'engine' | 'readers' | 'reportFault'>) {
  const refusal = (view: string, error: unknown): unknown => {
    if (!isDamage(error)) return error;
    const { projection, number } = readers.ofView(view).reader.generation;
    const damage = new ProjectionistError(
      'GENERATION_DAMAGED',
      `The file of the views of ${projection} is damaged`,
      {
        hint: `It is built again from the log; GET /projections/${projection} says how far that is.`,
        evidence: { projection },
        cause: error,
      },
    );
    if (engine.lose(projection, number)) reportFault(damage);
    return damage;
  };
  return <T>(view: string, ask: () => T): T => {
    try {
      const answer = ask();
      if (!(answer instanceof Promise)) return answer;
      return answer.catch((error: unknown) => {
        throw refusal(view, error);
      }) as T;
    } catch (error) {
      throw refusal(view, error);
    }
  };
}
