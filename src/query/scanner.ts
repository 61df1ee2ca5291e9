import { shown, unreadable } from './query-problem.ts';

/** A name as it may stand without quotes: all but the dialect's own signs, and `-` only where no arrow begins. */
const NAME = /(?:[^",.:!()>-]|-(?!>))+/y;
const QUOTED = /"((?:[^"\\]|\\[^])*)"/y;

/** Reads a parameter's text from left to right. What does not fit is refused with the place where it stands. */
export class Scanner {
  readonly #text: string;
  readonly #parameter: string;
  #at = 0;

  constructor(parameter: string, text: string) {
    this.#parameter = parameter;
    this.#text = text;
  }

  isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Steps over `sign` where it comes next. */
  skip(sign: string): boolean {
    if (!this.#text.startsWith(sign, this.#at)) return false;
    this.#at += sign.length;
    return true;
  }

  isNext(sign: string): boolean {
    return this.#text.startsWith(sign, this.#at);
  }

  expect(sign: string, hint: string): void {
    if (!this.skip(sign)) throw this.unreadable(hint);
  }

  /** What the pattern, which must be sticky, matches here. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }

  /** Text in double quotes, in which a backslash takes the next character as it is. */
  quoted(): string | undefined {
    return this.take(QUOTED)?.[1]?.replaceAll(/\\([^])/g, '$1');
  }

  /** A name, in quotes or not. */
  name(hint: string): string {
    const name = this.quoted() ?? this.take(NAME)?.[0].trim();
    if (name === undefined || name === '') throw this.unreadable(hint);
    return name;
  }

  expectEnd(hint: string): void {
    if (!this.isAtEnd()) throw this.unreadable(hint);
  }

  unreadable(hint: string): Error {
    const place = this.isAtEnd() ? 'at its end' : `at ${shown(this.#text.slice(this.#at, this.#at + 40))}`;
    return unreadable(`The parameter ${this.#parameter}, ${place},`, hint);
  }
}
