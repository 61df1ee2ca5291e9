import { RE2JS } from 're2js';
import { queryProblem, shown } from './query-problem.ts';

const LONGEST_PATTERN = 200;
/** Instructions of a compiled pattern: a text is matched in time of its length multiplied by these at most. */
const LARGEST_PROGRAM = 500;

/** Regular expressions in one request. All of them stay compiled while its statement runs. */
export const MOST_PATTERNS = 8;

/** Compiled patterns, the least recently used first. Each may keep up to 8 MB of states while it is in use. */
const compiled = new Map<string, RE2JS>();

/**
 * Throws PATTERN_INVALID, or QUERY_TOO_LARGE, for what cannot be matched. The syntax is RE2's, whose matching takes linear
 * time (https://github.com/google/re2/wiki/Syntax).
 */
export function checkPattern(pattern: string, isCaseSensitive: boolean): void {
  if (pattern.length > LONGEST_PATTERN) throw tooLarge(`has more than ${LONGEST_PATTERN} characters`);
  try {
    patternOf(pattern, isCaseSensitive);
  } catch (error) {
    const { name, message } = error as Error;
    if (name !== 'RE2JSSyntaxException') throw error;
    throw queryProblem(
      'PATTERN_INVALID',
      `invalid regular expression ${shown(pattern)}: ${shown(message.replace(/^error parsing regexp: /, '')).slice(1, -1)}`,
      'The syntax is that of RE2, which has no backreferences and no lookaround.',
    );
  }
  if (patternOf(pattern, isCaseSensitive).programSize() > LARGEST_PROGRAM)
    throw tooLarge('repeats too much, or has too many alternatives');
}

/** Whether a pattern is found anywhere in the text. The pattern has been checked. */
export function isMatch(pattern: string, isCaseSensitive: boolean, text: string): boolean {
  return patternOf(pattern, isCaseSensitive).test(text);
}

function patternOf(pattern: string, isCaseSensitive: boolean): RE2JS {
  const key = (isCaseSensitive ? '=' : '~') + pattern;
  const known = compiled.get(key);
  // As in PostgreSQL a dot is any character, a line feed too.
  const regex =
    known ?? RE2JS.compile(pattern, RE2JS.DOTALL | (isCaseSensitive ? 0 : RE2JS.CASE_INSENSITIVE));
  compiled.delete(key);
  compiled.set(key, regex);
  const oldest = compiled.size > MOST_PATTERNS ? compiled.keys().next().value : undefined;
  if (oldest !== undefined) compiled.delete(oldest);
  return regex;
}

function tooLarge(what: string) {
  return queryProblem(
    'QUERY_TOO_LARGE',
    `A regular expression ${what}`,
    'Make it shorter, use smaller repetitions, or use like.',
  );
}
