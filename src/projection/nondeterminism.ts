import { tokensOf } from './sql-tokens.ts';

/** Functions whose answer is not decided by their arguments and the rows. */
const NEVER = new Set([
  'random',
  'randomblob',
  'current_timestamp',
  'current_date',
  'current_time',
  'last_insert_rowid',
  'changes',
  'total_changes',
  'sqlite_version',
  'sqlite_source_id',
  'gen_random_uuid',
  'uuid',
]);
const CLOCK = new Set(['date', 'time', 'datetime', 'julianday', 'unixepoch', 'strftime', 'timediff']);

/** The first part of a SQL text that a replay could answer differently: `random()`, `datetime('now')`, or undefined. */
export function nondeterministicPart(sql: string): string | undefined {
  const tokens = tokensOf(sql);
  for (const [index, token] of tokens.entries()) {
    const name = token.toLowerCase();
    const isCall = tokens[index + 1] === '(';
    const isMember = tokens[index - 1] === '.';
    if (NEVER.has(name) && !isMember && (isCall || name.startsWith('current_'))) {
      return isCall ? `${name}()` : name;
    }
    if (!CLOCK.has(name) || !isCall) continue;
    const surroundings = readsSurroundings(name, argumentsAt(tokens, index + 1));
    if (surroundings !== undefined) return `${name}('${surroundings}')`;
  }
  return undefined;
}

/**
 * What SQLite's date functions take from the machine (https://sqlite.org/lang_datefunc.html): the clock when they are
 * told 'now', no time at all, or only how to print it; the time zone when they convert from or to local time.
 */
function readsSurroundings(name: string, argumentTokens: readonly string[]): string | undefined {
  const texts = argumentTokens.map((token) => /^'\s*(\w+)\s*'$/.exec(token)?.[1]?.toLowerCase());
  const zone = texts.find((text) => text === 'localtime' || text === 'utc');
  if (texts.includes('now')) return 'now';
  if (name === 'strftime' ? !argumentTokens.includes(',') : argumentTokens.length === 0) return 'now';
  const time = name === 'strftime' ? texts[argumentTokens.indexOf(',') + 1] : texts[0];
  return time === 'subsec' || time === 'subsecond' ? 'now' : zone;
}

function argumentsAt(tokens: readonly string[], open: number): string[] {
  const inside: string[] = [];
  for (let index = open + 1, depth = 1; index < tokens.length; index += 1) {
    const token = tokens[index] as string;
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (depth === 0) break;
    inside.push(token);
  }
  return inside;
}
