#!/usr/bin/env node
// Plain old JavaScript, so that any Node can read it far enough to say that it is too old.
var oldest = [22, 18];
var version = process.versions.node.split('.').map(Number);

if (version[0] < oldest[0] || (version[0] === oldest[0] && version[1] < oldest[1])) {
  console.error(
    'Error: Projectionist needs Node ' +
      oldest.join('.') +
      ' or newer, and this is Node ' +
      process.versions.node,
  );
  console.error(
    'Try: install a current Node (https://nodejs.org), or run `npm install --save-dev node@24` in this folder and use npx.',
  );
  process.exitCode = 1;
} else {
  void start();
}

async function start() {
  var fs = process.getBuiltinModule('node:fs');
  process.getBuiltinModule('node:module').enableCompileCache();
  // A checkout runs its sources; the package, in which Node strips no types, what they were compiled to.
  var isCheckout = fs.existsSync(new URL('main.ts', import.meta.url));
  var folder = isCheckout ? '../' : '../../dist/';
  var extension = isCheckout ? '.ts' : '.js';
  if (isCheckout) hushTypeStripping();
  var quick = await import(new URL(folder + 'projection/quick-resolve' + extension, import.meta.url).href);
  quick.resolveDrizzleQuickly();
  await import(new URL(folder + 'cli/main' + extension, import.meta.url).href);
}

/** A checkout serves the console's modules as Node strips them, which Node remarks on, each time, to whoever runs it. */
function hushTypeStripping() {
  var listeners = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', function (warning) {
    if (warning.message.startsWith('stripTypeScriptTypes is an experimental feature')) return;
    listeners.forEach(function (listener) {
      listener(warning);
    });
  });
}
