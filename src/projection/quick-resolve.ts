import { registerHooks } from 'node:module';

/**
 * Resolves drizzle-orm's imports of its own files without a look at its package.json. Node parses that file's 5,000
 * lines again for each of some 200 modules: half a second and 140 MB of garbage at every start of a process (Node 24,
 * drizzle-orm 0.45). For programs of our own, not for a process that only embeds us.
 */
export function resolveDrizzleQuickly(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const parent = context.parentURL;
      const isOwn = specifier.startsWith('.') && specifier.endsWith('.js') && parent !== undefined;
      if (!isOwn || !/\/node_modules\/drizzle-orm\/.+\.js$/.test(parent)) return next(specifier, context);
      return { url: new URL(specifier, parent).href, format: 'module', shortCircuit: true };
    },
  });
}
