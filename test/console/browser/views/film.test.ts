import { afterEach, beforeEach, expect, test, vi } from 'vitest';

/** As the module has it; its types are those of a browser, which the tests' are not. */
interface FilmLike {
  readonly frames: readonly { readonly position: number }[];
  readonly isGivenUp: boolean;
  readonly isWhole: { readonly value: boolean };
  want(position: number, ahead: number): void;
}
type FilmClass = new (order: object, ahead?: number) => FilmLike;

const LAST = 100;
const ORDER = { path: '/views/orders', primaryKey: ['id'], from: 0, to: LAST, step: 1 };
let isAborted: () => boolean;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('sessionStorage', { getItem: () => null });
  vi.stubGlobal('document', { querySelector: () => null });
  vi.stubGlobal('location', { pathname: '/console', search: '', hash: '' });
  vi.stubGlobal('fetch', (_: string, { signal }: { signal: AbortSignal }) => {
    isAborted = () => signal.aborted;
    return Promise.resolve(new Response(replay()));
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** What a server sends, a message for each time that it is asked for more. */
function replay(): ReadableStream<Uint8Array> {
  let position = 0;
  return new ReadableStream({
    pull(stream) {
      const body = position === 0 ? { position, rows: [] } : { position, changes: [] };
      const event = position === 0 ? 'snapshot' : 'changes';
      stream.enqueue(new TextEncoder().encode(`event: ${event}\ndata: ${JSON.stringify(body)}\n\n`));
      position += 1;
      if (position > LAST) stream.close();
    },
  });
}

async function film(ahead?: number): Promise<FilmLike> {
  const file = new URL('../../../../src/console/browser/views/film.ts', import.meta.url).href;
  const { Film } = (await import(file)) as { Film: FilmClass };
  return new Film(ORDER, ahead);
}

test('a film is read to its end', async () => {
  const whole = await film();
  await vi.waitUntil(() => whole.isWhole.value);
  expect(whole.frames.map(({ position }) => position)).toEqual(
    Array.from({ length: LAST + 1 }, (_, at) => at),
  );
});

test('no more is read than is wanted', async () => {
  const some = await film(10);
  await vi.waitUntil(() => some.frames.length === 10);
  some.want(20, 10);
  await vi.waitUntil(() => some.frames.length === 30);
  expect(some.isWhole.value).toBe(false);
});

// While it waits, `waitUntil` moves the clock on by some milliseconds.
test('a film of which nobody wants more is let go of, and keeps what it has', async () => {
  const some = await film(10);
  await vi.waitUntil(() => some.frames.length === 10);
  vi.advanceTimersByTime(29_000);
  expect([some.isGivenUp, isAborted()]).toEqual([false, false]);
  some.want(5, 10);
  await vi.waitUntil(() => some.frames.length === 15);
  vi.advanceTimersByTime(29_000);
  expect(isAborted()).toBe(false);
  vi.advanceTimersByTime(1000);
  expect([some.isGivenUp, isAborted(), some.frames.length]).toEqual([true, true, 15]);
});
