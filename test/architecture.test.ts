import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { MUTANTS } from './mutation/mutants.ts';

const SOURCE = resolve('src');

/** What each folder of src may import from the others; files of src itself compose, and may import anything. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  database: [],
  'event-log': ['database'],
  projection: ['event-log'],
  engine: ['database', 'event-log', 'projection'],
  query: ['database', 'projection'],
  signals: ['event-log', 'engine'],
  http: ['event-log', 'projection', 'engine', 'query', 'console', 'signals'],
  console: ['client'],
  testing: ['database', 'event-log', 'projection', 'engine'],
  cli: ['database', 'event-log', 'projection', 'engine', 'query', 'http', 'signals'],
  client: [],
};

/** Files of src itself that everybody may use. */
const SHARED = new Set(['errors.ts', 'exact-json.ts', 'nearest.ts']);

/** Packages that only some folders may import, so that each has one place to be replaced in. */
const PACKAGE_HOMES: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['database'],
  hono: ['http', 'console', ''],
  re2js: ['query'],
  '@hono/node-server': ['http'],
  'p-queue': ['engine'],
  commander: ['cli'],
  pino: ['cli'],
  'prom-client': ['signals'],
  '@opentelemetry/api': ['signals'],
  preact: ['console'],
  htm: ['console'],
  '@preact/signals': ['console'],
};

interface SourceFile {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly imports: readonly { readonly specifier: string; readonly isType: boolean }[];
}

const files: SourceFile[] = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readFileSync(join(SOURCE, path), 'utf8');
    const folder = path.includes('/') ? (path.split('/')[0] as string) : '';
    return { path, folder, text, imports: importsOf(text) };
  });

function importsOf(text: string): SourceFile['imports'] {
  const declarations = text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gms);
  const calls = text.matchAll(/import\(\s*'([^']+)'/g);
  return [
    ...[...declarations].map((match) => ({ specifier: match[2] as string, isType: match[1] !== undefined })),
    ...[...calls].map((match) => ({ specifier: match[1] as string, isType: false })),
  ];
}

function target(file: SourceFile, specifier: string): string {
  return relative(SOURCE, resolve(SOURCE, dirname(file.path), specifier));
}

test('folders import one another only in the allowed directions', () => {
  const wrong = files.flatMap((file) =>
    file.imports
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ specifier }) => target(file, specifier))
      .filter((path) => {
        const folder = path.includes('/') ? (path.split('/')[0] as string) : '';
        if (file.folder === '' || folder === file.folder || SHARED.has(path)) return false;
        if (file.folder === 'cli' && folder === '') return false;
        return !(MAY_IMPORT[file.folder] ?? []).includes(folder);
      })
      .map((path) => `${file.path} → ${path}`),
  );
  expect(wrong).toEqual([]);
});

test('there are no import cycles', () => {
  const edges = new Map(
    files.map((file) => [
      file.path,
      file.imports
        .filter(({ specifier, isType }) => specifier.startsWith('.') && !isType)
        .map(({ specifier }) => target(file, specifier)),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (done.has(path) || trail.includes(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  expect(cycles).toEqual([]);
});

test('each package is imported where it belongs, and nowhere else', () => {
  const wrong = files.flatMap((file) =>
    file.imports
      .filter(({ specifier, isType }) => {
        const homes = Object.entries(PACKAGE_HOMES).find(
          ([name]) => specifier === name || specifier.startsWith(`${name}/`),
        )?.[1];
        return homes !== undefined && !isType && !homes.includes(file.folder);
      })
      .map(({ specifier }) => `${file.path} → ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

test('only the first files of a process touch it', () => {
  const first = ['cli/main.ts', 'query/scans/reader-main.ts'];
  const wrong = files.filter(
    ({ path, text }) => !first.includes(path) && /\bprocess\.\w/.test(withoutComments(text)),
  );
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test('http and cli hold no SQL', () => {
  const wrong = files.filter(
    ({ folder, text }) =>
      ['http', 'cli'].includes(folder) &&
      /\b(SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b/.test(text),
  );
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test('files stay small enough to be one idea', () => {
  const long = files.filter(({ text }) => text.split('\n').length > 300);
  expect(long.map(({ path }) => path)).toEqual([]);
});

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*.*?\*\/|\/\/[^\n]*/gs, '');
}

test('each fault of the mutation test has its one place in the source, and its test', () => {
  for (const { file, search, test: path } of MUTANTS) {
    const places = readFileSync(file, 'utf8').split(search).length - 1;
    expect({ file, search, places, path, hasTest: existsSync(path) }).toMatchObject({
      places: 1,
      hasTest: true,
    });
  }
});
