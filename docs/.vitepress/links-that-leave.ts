import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';

interface Package {
  readonly repository?: { readonly url: string };
}

const { repository } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as Package;

/**
 * A link from a page to a file outside this folder, such as a test, leads somewhere in the repository and nowhere on the
 * site. It becomes a link to the repository that package.json names, and plain text where it names none.
 */
export function linksThatLeave(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('links-that-leave', ({ tokens }) => {
    for (const { children } of tokens) {
      const open: boolean[] = [];
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const target = token.attrGet('href') ?? '';
          open.push(target.startsWith('../'));
          if (!target.startsWith('../')) continue;
          if (repository === undefined) [token.tag, token.attrs, token.type] = ['span', null, 'span_open'];
          else token.attrSet('href', inRepository(repository.url, target));
        } else if (token.type === 'link_close' && open.pop() === true && repository === undefined) {
          [token.tag, token.type] = ['span', 'span_close'];
        }
      }
    }
  });
}

function inRepository(url: string, target: string): string {
  const home = url.replace(/^git\+/, '').replace(/\.git$/, '');
  return `${home}/blob/main/${posix.join('docs', target)}`;
}
