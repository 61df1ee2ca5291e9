import { createHash } from 'node:crypto';
import type { Assets } from './assets.ts';

/** Before the first paint, so that the page does not flash in the other colours. */
const THEME = `try{const t=localStorage.getItem('projectionist.theme');if(t)document.documentElement.dataset.theme=t}catch{}`;

export interface Page {
  readonly html: string;
  /** The Content-Security-Policy: what this page consists of, and nothing else. */
  readonly policy: string;
}

/**
 * The one document of the console; its script shows the rest. Its modules are named here, so that the browser asks for
 * all of them at once.
 * @param mount the path that the API is mounted under, '' for the root
 */
export function page({ version, files, imports, entry }: Assets, mount: string): Page {
  const at = (path: string): string => `${mount}/console/assets/${version}/${path}`;
  const map = JSON.stringify({
    imports: Object.fromEntries(Object.entries(imports).map(([name, path]) => [name, at(path)])),
  }).replaceAll('<', '\\u003c');
  const modules = [...files.values()].filter(({ type }) => type.startsWith('text/javascript'));
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="projectionist-mount" content="${escaped(mount)}">
<title>Projectionist</title>
<script>${THEME}</script>
<link rel="icon" type="image/svg+xml" href="${escaped(at('console/browser/icon.svg'))}">
<link rel="stylesheet" href="${escaped(at('console/browser/console.css'))}">
<script type="importmap">${map}</script>
${modules.map(({ path }) => `<link rel="modulepreload" href="${escaped(at(path))}">`).join('\n')}
<script type="module" src="${escaped(at(entry))}"></script>
</head>
<body>
<div id="app"><noscript>The console needs JavaScript. <a href="${escaped(mount)}/docs">The API</a> does not.</noscript></div>
</body>
</html>
`;
  const policy = [
    "default-src 'none'",
    `script-src 'self' '${hashOf(map)}' '${hashOf(THEME)}'`,
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return { html, policy };
}

function hashOf(script: string): string {
  return `sha256-${createHash('sha256').update(script).digest('base64')}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
