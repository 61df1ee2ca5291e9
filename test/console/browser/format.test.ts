import { expect, test } from 'vitest';
import { beginning, isolated, visible } from '../../../src/console/browser/format.ts';

test('a text that would turn what stands beside it says so; what people write with is left as it is', () => {
  expect(visible('safe\u202Egpj.exe')).toBe('safe⟨U+202E⟩gpj.exe');
  expect(visible('a\u0000b\u2066c')).toBe('a⟨U+0000⟩b⟨U+2066⟩c');
  for (const text of ['one\n\ttwo', 'שלום 123', '👩‍👩‍👧‍👦', 'می‌خواهم']) expect(visible(text)).toBe(text);
});

test('the beginning of a text does not end within a character', () => {
  expect(beginning('short', 5)).toBe('short');
  expect(beginning('abcdef', 3)).toBe('abc…');
  expect(beginning('ab🎉cd', 3)).toBe('ab…');
});

test('a name within a sentence is isolated', () => {
  expect(isolated('שלום')).toBe('\u2068שלום\u2069');
});
