import { expect, test } from 'vitest';
import { Rates } from '../../src/cli/rates.ts';
import { watchText } from '../../src/cli/screen.ts';
import { statusText } from '../../src/cli/status-text.ts';
import { table } from '../../src/cli/table.ts';
import type { InspectedProjection } from '../../src/engine/inspect.ts';
import type { Io } from '../../src/cli/io.ts';

test('a table lets go of its last columns until it fits', () => {
  const rows = [['orders', 'live', '20,008', 'a view with a long name']];
  const head = ['projection', 'state', 'position', 'views'];
  expect(table(head, rows).split('\n')[0]).toContain('views');
  const narrow = table(head, rows, 40).split('\n');
  expect(narrow[0]).toBe('projection  state  position');
  expect(narrow[1]).toContain('20,008');
});

test('a rate is what was gone since the last look, and never negative', () => {
  const rates = new Rates();
  const at = (position: number, build: number | null = null) => [
    { name: 'orders', position, build: build === null ? null : { position: build } },
  ];
  expect(rates.of(at(100), 1000).get('orders')).toBe(0);
  expect(rates.of(at(300), 3000).get('orders')).toBe(100);
  expect(rates.of(at(300, 0), 4000).get('orders')).toBe(0);
  expect(rates.of(at(300, 50), 4500).get('orders')).toBe(100);
});

test('a projection that the running process does not speak of is pointed out', () => {
  const removed = {
    name: 'orders',
    state: 'unknown',
    asOf: '2026-01-31T12:00:00.000Z',
    views: ['orders'],
    generation: 1,
    position: 5,
    lag: 0,
    lagSeconds: 0,
    parked: 0,
    movedAt: null,
    paused: null,
    retry: null,
    build: null,
    error: null,
    lastError: null,
  } satisfies InspectedProjection;
  const inspection = { head: 5, events: [], projections: [removed] };
  const text = (isRunning: boolean): string =>
    statusText({ ...inspection, isRunning }, 'data', { width: undefined });
  expect(text(true)).toContain('orders: no sign of life since 2026-01-31T12:00:00.000Z');
  expect(text(false)).not.toContain('sign of life');
  const orphaned = { ...inspection, projections: [{ ...removed, state: 'orphaned' as const }] };
  expect(statusText({ ...orphaned, isRunning: true }, 'data', { width: undefined })).toContain(
    'orders: no definition declares it any more; its generations stay on disk',
  );
});

/** An output that ends the watching after so many texts. */
function outputFor(texts: number, isTTY: boolean) {
  const ending = new AbortController();
  const written: string[] = [];
  const write = (text: string): void => {
    written.push(text);
    if (written.length >= texts) ending.abort();
  };
  const io = { out: { write, isTTY, rows: 3 }, ended: ending.signal } as unknown as Io;
  return { io, written };
}

test('on a terminal the second screen is entered, drawn over and left', async () => {
  const { io, written } = outputFor(3, true);
  let count = 0;
  await watchText(io, 0.001, () => `a\nb\nc\n${(count += 1)}`);
  expect(written[0]).toContain('\u001B[?1049h');
  expect(written[1]).toMatch(/a.*\r\nb.*\r\n…/s);
  expect(written.at(-1)).toContain('\u001B[?1049l');
});

test('elsewhere only what has changed is written', async () => {
  const { io, written } = outputFor(2, false);
  const texts = ['one', 'one', 'one', 'two'];
  await watchText(io, 0.001, () => texts.shift() ?? 'two');
  expect(written).toEqual(['one\n\n', 'two\n\n']);
});
