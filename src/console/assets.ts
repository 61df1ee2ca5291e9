import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { findPackageJSON, stripTypeScriptTypes } from 'node:module';
import { basename, dirname, extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { sheetOf } from './sheet.ts';
import { withoutComments } from './without-comments.ts';

/** A file of the page, as it is sent. */
export interface Asset {
  /** Below `/console/assets/<version>/`. */
  readonly path: string;
  readonly type: string;
  readonly identity: Buffer;
  readonly gzip: Buffer;
  readonly br: Buffer;
}

export interface Assets {
  /** Changes with any of the files, so that each may be kept for ever. */
  readonly version: string;
  readonly files: ReadonlyMap<string, Asset>;
  /** Where the page's modules find their packages. */
  readonly imports: Readonly<Record<string, string>>;
  readonly entry: string;
  /** The module of the page under `/console/<kind>`; undefined where there is none. */
  pageOf(kind: string): string | undefined;
}

/** TypeScript in a checkout, JavaScript in the package. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
/** The folder `src` of a checkout, `dist` of the package. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BROWSER = 'console/browser';
const SHEET = `${BROWSER}/console.css`;
/** Modules of other folders that the page uses; they know nothing of Node. */
const SHARED = [`client/event-parser${EXTENSION}`];

/** The packages that the page uses, by what it imports: the files that their authors made for browsers. */
const PACKAGES: Readonly<Record<string, readonly [name: string, file: string]>> = {
  preact: ['preact', 'dist/preact.mjs'],
  'preact/hooks': ['preact', 'hooks/dist/hooks.mjs'],
  htm: ['htm', 'dist/htm.module.js'],
  '@preact/signals-core': ['@preact/signals-core', 'dist/signals-core.module.js'],
  '@preact/signals': ['@preact/signals', 'dist/signals.module.js'],
};

const TYPES: Readonly<Record<string, string>> = {
  '.ts': 'text/javascript; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

let loaded: Assets | undefined;

/** Everything that the page consists of; read once. */
export function assets(): Assets {
  loaded ??= load();
  return loaded;
}

function load(): Assets {
  const own = readdirSync(join(ROOT, BROWSER), { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll(sep, '/'))
    .filter((file) => [EXTENSION, '.svg'].includes(extname(file)));
  const scripts = [...own.map((file) => `${BROWSER}/${file}`), ...SHARED].map((path) =>
    asset(path, sourceOf(join(ROOT, path))),
  );
  const sheet = asset(
    SHEET,
    withoutComments(sheetOf(SHEET, (path) => readFileSync(join(ROOT, path), 'utf8'))),
  );
  const vendored = Object.entries(PACKAGES).map(([specifier, [name, file]]) => {
    const text = readFileSync(join(packageFolder(name), file), 'utf8').replace(
      /^\/\/# sourceMappingURL=.*$/m,
      '',
    );
    return { specifier, asset: asset(`vendor/${basename(file)}`, text) };
  });
  const all = [...scripts, sheet, ...vendored.map(({ asset }) => asset)];
  const hash = createHash('sha256');
  for (const { path, identity } of all) hash.update(path).update(identity);
  const byPath = new Map(all.map((file) => [file.path, file]));
  return {
    version: hash.digest('hex').slice(0, 12),
    files: byPath,
    imports: Object.fromEntries(vendored.map(({ specifier, asset: { path } }) => [specifier, path])),
    entry: `${BROWSER}/main${EXTENSION}`,
    pageOf: (kind) => byPath.get(`${BROWSER}/${kind}/page${EXTENSION}`)?.path,
  };
}

function sourceOf(file: string): string {
  const text = readFileSync(file, 'utf8');
  return extname(file) === '.svg'
    ? text
    : withoutComments(file.endsWith('.ts') ? stripTypeScriptTypes(text) : text);
}

function asset(path: string, text: string): Asset {
  const identity = Buffer.from(text);
  // The best there is: it takes 0.2 s for all files, once, and each browser has less to wait for.
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  const type = TYPES[extname(path)] as string;
  return { path, type, identity, gzip: gzipSync(identity), br: brotliCompressSync(identity, quality) };
}

function packageFolder(name: string): string {
  const file = findPackageJSON(name, import.meta.url);
  if (file === undefined) throw new Error(`The package ${name} is not installed`);
  return dirname(file);
}
