import { defineConfig } from 'vitepress';
import { linksThatLeave } from './links-that-leave.ts';
import { sidebar } from './sidebar.ts';

/** As GitHub makes them, so that a link to a heading leads there in both. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

export default defineConfig({
  title: 'Projectionist',
  description: 'Read models for event-sourced systems: an event log becomes SQLite views, queried over HTTP.',
  lang: 'en',
  // Where the site is served below a path: DOCS_BASE=/projectionist/ npm run docs:build
  base: process.env['DOCS_BASE'] ?? '/',
  srcExclude: ['node_modules/**'],
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${process.env['DOCS_BASE'] ?? '/'}icon.svg` }],
  ],
  markdown: {
    // A path such as /views/{view} in a heading is a path, on GitHub too.
    attrs: { disable: true },
    anchor: { slugify: anchorOf },
    config: (markdown) => void markdown.use(linksThatLeave),
  },
  themeConfig: {
    logo: '/icon.svg',
    nav: [
      { text: 'Tutorial', link: '/tutorial' },
      { text: 'Patterns', link: '/patterns' },
      { text: 'Command line', link: '/cli' },
      { text: 'Errors', link: '/errors' },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
    docFooter: { prev: 'Before', next: 'Next' },
  },
});
