import { createHash } from 'node:crypto';
import type { Assets } from './assets.ts';
import { modulesOf } from './preloads.ts';

/** Before the first paint, so that the page does not flash in the other colours. */
const THEME = `try{const t=localStorage.getItem('projectionist.theme');if(t)document.documentElement.dataset.theme=t}catch{}`;

export interface Page {
  readonly html: string;
  /** The Content-Security-Policy: what this page consists of, and nothing else. */
  readonly policy: string;
}

/** What every page begins with, asked for before the first module is there; api.ts takes the answers. */
const EARLY = ['/whoami', '/openapi.json', '/views', '/projections'];

/**
 * The one document of the console; its script shows the rest. The modules of the page that is asked for are named here,
 * so that the browser asks for all of them at once, and for what they will show.
 * @param path the whole path of the page: what stands before `/console` is where the API is mounted
 */
export function page(assets: Assets, path: string): Page {
  const { version, imports, entry } = assets;
  const mount = path.slice(0, path.search(/\/console(?:\/|$)/));
  const [kind = ''] = path.slice(`${mount}/console/`.length).split('/');
  const at = (file: string): string => `${mount}/console/assets/${version}/${file}`;
  const map = scriptText({
    imports: Object.fromEntries(Object.entries(imports).map(([name, file]) => [name, at(file)])),
  });
  const early = earlyScript(EARLY.map((each) => `${mount}${each}`));
  const modules = modulesOf(assets, [entry, assets.pageOf(kind || 'overview') ?? entry]);
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="projectionist-mount" content="${escaped(mount)}">
<title>Projectionist</title>
<script>${THEME}</script>
<script>${early}</script>
<link rel="icon" type="image/svg+xml" href="${escaped(at('console/browser/icon.svg'))}">
<link rel="stylesheet" href="${escaped(at('console/browser/console.css'))}">
<script type="importmap">${map}</script>
${modules.map((file) => `<link rel="modulepreload" href="${escaped(at(file))}">`).join('\n')}
<script type="module" src="${escaped(at(entry))}"></script>
</head>
<body>
<div id="app"><noscript>The console needs JavaScript. <a href="${escaped(mount)}/docs">The API</a> does not.</noscript></div>
</body>
</html>
`;
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${[map, THEME, early].map((script) => `'${hashOf(script)}'`).join(' ')}`,
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return { html, policy };
}

/** An answer that does not come is asked for again by whoever needs it. */
function earlyScript(addresses: readonly string[]): string {
  return `{let t='';try{t=sessionStorage.getItem('projectionist.token')??''}catch{}
const headers=t?{Authorization:'Bearer '+t}:{};
globalThis.projectionistEarly=Object.fromEntries(${scriptText(addresses)}.map(a=>[a,fetch(a,{headers,cache:'no-cache'}).catch(()=>undefined)]))}`;
}

/** JSON that may stand in a script. */
function scriptText(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function hashOf(script: string): string {
  return `sha256-${createHash('sha256').update(script).digest('base64')}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
