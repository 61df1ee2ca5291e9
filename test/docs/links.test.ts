import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'examples/README.md',
  ...readdirSync('docs')
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];

function withoutCode(path: string): string {
  return readFileSync(path, 'utf8').replaceAll(/^```.*?^```$/gms, '');
}

/** As GitHub makes them: lower case, no punctuation, dashes for spaces. */
function anchorsOf(path: string): string[] {
  return [...withoutCode(path).matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] as string)
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

function linksOf(path: string): string[] {
  return [...withoutCode(path).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] as string)
    .filter((target) => !/^https?:/.test(target));
}

test.each(DOCUMENTS)('every link of %s leads somewhere', (document) => {
  const dead = linksOf(document).filter((link) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? document : join(dirname(document), path);
    return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
  });
  expect(dead).toEqual([]);
});

test('every document can be reached from the README', () => {
  const reached = new Set(linksOf('README.md').map((link) => link.split('#')[0]));
  expect(DOCUMENTS.filter((path) => path !== 'README.md' && !reached.has(path))).toEqual([]);
});

test('the numbers of the README are those of the page of numbers', () => {
  const rows = (path: string): string[] =>
    [...readFileSync(path, 'utf8').matchAll(/^\| .*\|$/gm)].map(([row]) => row);
  const [, ...short] = rows('README.md');
  expect(short.length).toBeGreaterThan(3);
  expect(rows('docs/performance.md')).toEqual(expect.arrayContaining(short));
});
