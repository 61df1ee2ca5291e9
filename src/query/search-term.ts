import { queryProblem, shown } from './query-problem.ts';

/** What a full-text search looks for. */
export type SearchTerm =
  | { readonly kind: 'phrase'; readonly words: string; readonly isPrefix: boolean }
  | { readonly kind: 'and' | 'or'; readonly terms: readonly SearchTerm[] }
  | { readonly kind: 'not'; readonly term: SearchTerm };

export type SearchSyntax = 'fts' | 'plfts' | 'phfts' | 'wfts';

/** Terms in one search, and parentheses inside one another. */
const MOST_TERMS = 64;
const DEEPEST = 10;

/** Reads a search as PostgreSQL's to_tsquery, plainto_, phraseto_ and websearch_to_tsquery would. Throws QUERY_INVALID. */
export function parseSearch(syntax: SearchSyntax, text: string): SearchTerm {
  const term = READERS[syntax](text);
  if (countOf(term) > MOST_TERMS)
    throw queryProblem(
      'QUERY_TOO_LARGE',
      `A search has more than ${MOST_TERMS} terms`,
      'Search for fewer words.',
    );
  return term;
}

const READERS: Readonly<Record<SearchSyntax, (text: string) => SearchTerm>> = {
  plfts: (text) => allOf(words(text).map(phrase)),
  phfts: (text) => phrase(text),
  wfts: readWeb,
  fts: (text) => new Expression(text).read(),
};

function phrase(words: string): SearchTerm {
  return { kind: 'phrase', words, isPrefix: false };
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function allOf(terms: readonly SearchTerm[]): SearchTerm {
  return terms.length === 1 ? (terms[0] as SearchTerm) : { kind: 'and', terms };
}

/** `two words`, `"a phrase"`, `this or that`, `-without`. Nothing is a mistake. */
function readWeb(text: string): SearchTerm {
  const groups: SearchTerm[][] = [[]];
  for (const [, minus, quoted, word] of text.matchAll(/(-?)(?:"([^"]*)"?|([^\s"]+))/g)) {
    if (word?.toLowerCase() === 'or' && minus === '') {
      groups.push([]);
      continue;
    }
    const term = phrase(quoted ?? word ?? '');
    groups.at(-1)?.push(minus === '-' ? { kind: 'not', term } : term);
  }
  const alternatives = groups.filter((group) => group.length > 0).map(allOf);
  return alternatives.length === 1 ? (alternatives[0] as SearchTerm) : { kind: 'or', terms: alternatives };
}

/** `cat & (dog | !mouse) & 'two words' & pre:*`, and `a <-> b` for words that follow one another. */
class Expression {
  readonly #tokens: string[];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = text.match(/'(?:[^']|'')*'(?::\*)?|<->|[&|!()]|[^\s&|!()<']+|\S/g) ?? [];
  }

  read(): SearchTerm {
    if (this.#tokens.length === 0) return { kind: 'or', terms: [] };
    const term = this.#any(0);
    if (this.#at < this.#tokens.length) throw this.#unreadable();
    return term;
  }

  #any(depth: number): SearchTerm {
    const terms = [this.#all(depth)];
    while (this.#skip('|')) terms.push(this.#all(depth));
    return terms.length === 1 ? (terms[0] as SearchTerm) : { kind: 'or', terms };
  }

  #all(depth: number): SearchTerm {
    const terms = [this.#one(depth)];
    while (this.#skip('&')) terms.push(this.#one(depth));
    return allOf(terms);
  }

  #one(depth: number): SearchTerm {
    if (depth > DEEPEST)
      throw queryProblem('QUERY_TOO_LARGE', `A search is nested deeper than ${DEEPEST}`, 'Make it flatter.');
    if (this.#skip('!')) return { kind: 'not', term: this.#one(depth + 1) };
    if (this.#skip('(')) {
      const term = this.#any(depth + 1);
      if (!this.#skip(')')) throw this.#unreadable();
      return term;
    }
    return this.#phrase();
  }

  #phrase(): SearchTerm {
    const parts = [this.#word()];
    while (this.#skip('<->')) parts.push(this.#word());
    return {
      kind: 'phrase',
      words: parts.map(({ text }) => text).join(' '),
      isPrefix: parts.at(-1)?.isPrefix ?? false,
    };
  }

  #word(): { text: string; isPrefix: boolean } {
    const token = this.#tokens[this.#at];
    if (token === undefined || /^(<->|[&|!()<'])$/.test(token)) throw this.#unreadable();
    this.#at += 1;
    const isPrefix = token.endsWith(':*');
    const text = isPrefix ? token.slice(0, -2) : token;
    return { text: text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text, isPrefix };
  }

  #skip(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }

  #unreadable(): Error {
    return queryProblem(
      'QUERY_INVALID',
      `The search ${shown(this.#text)} cannot be read`,
      'Write words with & | ! and parentheses, as in fts.cat&(dog|!mouse); plfts and wfts take plain text.',
    );
  }
}

function countOf(term: SearchTerm): number {
  if (term.kind === 'phrase') return 1;
  return term.kind === 'not' ? countOf(term.term) : term.terms.reduce((sum, each) => sum + countOf(each), 0);
}
