/** The preferences of a request, by lower-case name; '' where a preference has no value. */
export type Preferences = ReadonlyMap<string, string>;

const NONE: Preferences = new Map();

/** A token of RFC 9110, section 5.6.2. */
const TOKEN = /[!#$%&'*+.^_`|~\dA-Za-z-]+/y;
const WHITE_SPACE = /[ \t]*/y;
/** A quoted string of RFC 9110, section 5.6.4. */
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy;
/** The value of a preference without quotes. A time zone's name has slashes, which a token has not. */
const BARE = /[!#$%&'*+./:^_`|~\dA-Za-z-]+/y;
/** What is left of a preference that cannot be read. */
const REST = /[^,]*/y;

/**
 * Reads the `Prefer` header (RFC 7240, section 2): `min-position=12, wait=5; note="a, b"`. Several headers arrive as one,
 * between commas. Of a preference that is given twice the first counts; parameters are skipped, as none has a meaning
 * here; what cannot be read is passed over, as the RFC wishes for what a server does not know.
 */
export function parsePrefer(header: string | undefined): Preferences {
  if (header === undefined) return NONE;
  const preferences = new Map<string, string>();
  const scanner = new Scanner(header);
  while (!scanner.isAtEnd) {
    const preference = scanner.preference();
    if (preference !== undefined && !preferences.has(preference.name))
      preferences.set(preference.name, preference.value);
    scanner.skipPastComma();
  }
  return preferences;
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** `name [= value]` and its parameters, or undefined where no name stands. */
  preference(): { name: string; value: string } | undefined {
    const pair = this.#pair();
    if (pair === undefined) return undefined;
    while (this.#take(';')) this.#pair();
    return pair;
  }

  skipPastComma(): void {
    this.#match(REST);
    this.#at += 1;
  }

  #pair(): { name: string; value: string } | undefined {
    this.#match(WHITE_SPACE);
    const name = this.#match(TOKEN)?.[0];
    if (name === undefined) return undefined;
    const value = this.#take('=') ? this.#value() : '';
    return { name: name.toLowerCase(), value };
  }

  #value(): string {
    this.#match(WHITE_SPACE);
    const quoted = this.#match(QUOTED)?.[1];
    return quoted === undefined ? (this.#match(BARE)?.[0] ?? '') : quoted.replaceAll(/\\(.)/gs, '$1');
  }

  #take(mark: string): boolean {
    this.#match(WHITE_SPACE);
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at = pattern.lastIndex;
    return match;
  }
}
