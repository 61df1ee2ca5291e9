import type { Signals, TimedQuery } from './signals.ts';

type MaybePromise<T> = T | Promise<T>;

/**
 * A function that runs a query and notes how long its answer took. Queries that fail, and those that are left to somebody
 * else (undefined), are not noted.
 */
export function queryTimer(
  signals: Signals,
): <T extends MaybePromise<object | undefined>>(asked: TimedQuery, query: () => T) => T {
  return (asked, query) => {
    const started = performance.now();
    const answer = query();
    if (!(answer instanceof Promise)) {
      if (answer !== undefined) signals.answered(asked, started);
      return answer;
    }
    return answer.then((found) => {
      signals.answered(asked, started);
      return found as never;
    }) as typeof answer;
  };
}
