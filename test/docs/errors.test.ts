import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type ErrorCode, ProjectionistError } from '../../src/errors.ts';
import { problemOf } from '../../src/http/problem.ts';

const CODES = codesOf(readFileSync('src/errors.ts', 'utf8'));
const DOCUMENTED = [
  ...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `(\w+)` \| (\d+) \|(.*)\|$/gm),
].map(([, code, status, rest]) => ({
  code: code as ErrorCode,
  status: Number(status),
  cells: (rest as string).split(' | '),
}));

function codesOf(source: string): string[] {
  const union = /export type ErrorCode =(.*?);/s.exec(source)?.[1] ?? '';
  return [...union.matchAll(/'(\w+)'/g)].map((match) => match[1] as string);
}

test('every error code is documented once, and nothing else is', () => {
  expect(CODES).toContain('VERSION_CONFLICT');
  expect(DOCUMENTED.map(({ code }) => code).toSorted()).toEqual(CODES.toSorted());
});

test.each(DOCUMENTED)('$code answers with $status, as documented', ({ code, status }) => {
  expect(problemOf(new ProjectionistError(code, 'a sentence')).status).toBe(status);
});

test('every error has a cause and a remedy', () => {
  const poor = DOCUMENTED.filter(
    ({ cells }) => cells.length !== 2 || cells.some((cell) => cell.trim() === ''),
  );
  expect(poor).toEqual([]);
});
