import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ProgressDisplay } from '../../src/cli/progress.ts';

/** xterm's control sequence that empties a line. */
const CLEAR_LINE = '\u001B[2K';

/** A terminal that keeps what is written. */
class Terminal {
  readonly isTTY = true;
  readonly columns = 80;
  written = '';
  write(text: string): boolean {
    this.written += text;
    return true;
  }
}

let terminal: Terminal;
let progress: ProgressDisplay;
beforeEach(() => {
  vi.useFakeTimers();
  terminal = new Terminal();
  progress = new ProgressDisplay(terminal);
});
afterEach(() => void vi.useRealTimers());

test('what is over at once has no bar', () => {
  progress.show({ title: 'Building orders', done: 0, total: 5 });
  vi.advanceTimersByTime(100);
  progress.show({ title: 'Building orders', done: 5, total: 5 });
  progress.end();
  expect(terminal.written).toBe('');
});

test('a bar has rate and time left, gives way to lines, and is gone at the end', () => {
  progress.show({ title: 'Building orders', done: 0, total: 1000 });
  vi.advanceTimersByTime(1000);
  progress.show({ title: 'Building orders', done: 500, total: 1000 });
  expect(terminal.written).toContain('50%  500 of 1,000  500/s  1.0 s left');

  terminal.written = '';
  progress.clear();
  expect(terminal.written.endsWith(CLEAR_LINE)).toBe(true);
  vi.advanceTimersByTime(500);
  progress.show({ title: 'Building orders', done: 750, total: 1000 });
  expect(terminal.written).toContain('750 of 1,000  500/s');

  terminal.written = '';
  progress.end();
  expect(terminal.written.endsWith(CLEAR_LINE)).toBe(true);
  expect(terminal.written).not.toContain('\n');
});
