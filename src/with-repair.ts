import { isDamage } from './engine/apply/faults.ts';
import { ProjectionistError } from './errors.ts';
import type { Parts } from './parts.ts';
import type { GenerationReader } from './query/generation-reader.ts';

type ReaderOf = () => GenerationReader | undefined;

/**
 * Runs a query on the live generation that `readerOf` finds. Where its file turns out to be damaged, it is built again at
 * once, whether or not an event comes that would make its projector see that; the query fails with GENERATION_DAMAGED.
 */
export function withRepair({ engine, reportFault }: Pick<Parts, 'engine' | 'reportFault'>) {
  const refusal = (readerOf: ReaderOf, error: unknown): unknown => {
    const reader = isDamage(error) ? readerOf() : undefined;
    if (reader === undefined) return error;
    const { projection, number } = reader.generation;
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
  return <T>(readerOf: ReaderOf, ask: () => T): T => {
    try {
      const answer = ask();
      if (!(answer instanceof Promise)) return answer;
      return answer.catch((error: unknown) => {
        throw refusal(readerOf, error);
      }) as T;
    } catch (error) {
      throw refusal(readerOf, error);
    }
  };
}
