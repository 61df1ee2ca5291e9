/**
 * A generator that can be ended while it waits: `return()` of a plain one would queue behind a pending `next()`, and so
 * wait for a message that may never come. Here it aborts `stop` first, upon which whatever is pending settles.
 */
export function endable<Value>(
  generate: (stop: AbortController) => AsyncGenerator<Value, void, undefined>,
): AsyncGenerator<Value, void, undefined> {
  const stop = new AbortController();
  const inner = generate(stop);
  const end = () => {
    stop.abort();
    return inner.return();
  };
  return {
    next: () => inner.next(),
    return: end,
    throw: (error: unknown) => {
      stop.abort();
      return inner.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => {
      await end();
    },
  };
}
