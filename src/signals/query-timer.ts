import type { AsOf } from './incident.ts';
import type { Signals } from './signals.ts';

type MaybePromise<T> = T | Promise<T>;

/**
 * A function that runs a query and notes how long its answer took. Queries that fail, and those that are left to somebody
 * else (undefined), are not noted.
 */
export function queryTimer(
  signals: Signals,
): <T extends MaybePromise<object | undefined>>(
  view: string,
  asOf: AsOf,
  parameters: Iterable<readonly [string, string]>,
  query: () => T,
) => T {
  return (view, asOf, parameters, query) => {
    const started = performance.now();
    const answer = query();
    if (!(answer instanceof Promise)) {
      if (answer !== undefined) signals.answered(view, asOf, started, parameters);
      return answer;
    }
    return answer.then((found) => {
      signals.answered(view, asOf, started, parameters);
      return found as never;
    }) as typeof answer;
  };
}
