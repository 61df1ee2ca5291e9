import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { consoleRoutes } from '../../src/console/routes.ts';
import { withoutComments } from '../../src/console/without-comments.ts';

const FOLDER = 'src/console/browser';
const sheets = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.css'),
);

async function served(): Promise<string> {
  const app = consoleRoutes();
  const page = await (await app.request('/console')).text();
  const links = [...page.matchAll(/rel="stylesheet" href="([^"]+)"/g)].map(([, href = '']) => href);
  expect(links).toHaveLength(1);
  return (await app.request(links[0] as string)).text();
}

test('the style sheets are sent as one file, each of them once', async () => {
  const text = await served();
  expect(text).not.toContain('@import');
  expect(sheets.length).toBeGreaterThan(15);
  for (const file of sheets) {
    if (file === 'console.css') continue;
    const parts = text.split(withoutComments(readFileSync(`${FOLDER}/${file}`, 'utf8')));
    expect([file, parts.length - 1]).toEqual([file, 1]);
  }
});

test('every colour has a name, which is used', async () => {
  const text = await served();
  const named = [...text.matchAll(/^\s*(--[\w-]+):/gm)].map(([, name = '']) => name);
  for (const name of named) expect([name, text.includes(`var(${name}`)]).toEqual([name, true]);
  for (const [, name = ''] of text.matchAll(/var\((--[\w-]+)/g))
    expect([name, named.includes(name) || name === '--share']).toEqual([name, true]);
});

test('every class that a style sheet names is one that the page has', async () => {
  const scripts = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(`${FOLDER}/${file}`, 'utf8'))
    .join('\n');
  /** A projection's states come from the server; what lights up or enters counts how often. */
  const isMade = (name: string): boolean =>
    /^(lit|entered)-[01]$/.test(name) || ['catching-up', 'building'].includes(name);
  const text = (await served()).replaceAll(/\/\*.*?\*\/|\{[^{}]*\}/gs, '{}');
  const classes = new Set([...text.matchAll(/\.([a-z][\w-]*)/g)].map(([, name = '']) => name));
  expect(classes.size).toBeGreaterThan(50);
  for (const name of classes)
    expect([name, isMade(name) || new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(scripts)]).toEqual([
      name,
      true,
    ]);
});
