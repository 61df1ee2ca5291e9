import { createHash } from 'node:crypto';
import { SCRIPT } from './docs-script.ts';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
details { border: 1px solid #8886; border-radius: 6px; margin: .5rem 0; padding: .25rem .75rem; }
summary { cursor: pointer; }
code, pre, input, textarea { font: 13px/1.4 ui-monospace, monospace; }
pre { overflow: auto; max-height: 30rem; background: #8882; padding: .75rem; border-radius: 6px; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
td { border-top: 1px solid #8884; padding: .25rem .75rem .25rem 0; vertical-align: top; }
input, textarea { box-sizing: border-box; width: 100%; padding: .25rem .5rem; }
input.token { max-width: 30rem; }
textarea { min-height: 6rem; }
button { font: inherit; margin: .25rem .5rem .25rem 0; }
b.method { display: inline-block; width: 3.5rem; text-transform: uppercase; }
#say { color: #c33; }
[hidden] { display: none; }
`;

/** The page that `/docs` is. It holds no data: its script fetches `openapi.json`, with a token where one is needed. */
export const DOCS_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Projectionist</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Projectionist</h1>
<form id="sign-in" hidden>
<p><label for="token">A token is needed to read on. It is kept until this tab is closed.</label></p>
<p><input class="token" id="token" type="password" autocomplete="off" spellcheck="false" required> <button>Use it</button></p>
</form>
<p id="say" role="status"></p>
<main id="content"><noscript>This page needs a script. For machines: <a href="openapi.json">openapi.json</a></noscript></main>
<script>${SCRIPT}</script>
</body>
</html>
`;

/** Lets in this style and this script and no other, and requests to this server alone. */
export const DOCS_POLICY = [
  "default-src 'none'",
  `style-src '${hashOf(STYLE)}'`,
  `script-src '${hashOf(SCRIPT)}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
