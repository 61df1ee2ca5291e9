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

const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|[A-Za-z_][\w$]*|\d[\w.]*|\s+|./gsu;

/** The first part of a SQL text that a replay could answer differently: `random()`, `datetime('now')`, or undefined. */
export function nondeterministicPart(sql: string): string | undefined {
  const tokens = (sql.match(TOKEN) ?? []).filter((token) => token.trim() !== '');
  for (const [index, token] of tokens.entries()) {
    const name = token.toLowerCase();
    const isCall = tokens[index + 1] === '(';
    if (NEVER.has(name) && tokens[index - 1] !== '.' && (isCall || name.startsWith('current_')))
      return isCall ? `${name}()` : name;
    if (CLOCK.has(name) && isCall && readsClock(name, argumentsAt(tokens, index + 1)))
      return `${name}('now')`;
  }
  return undefined;
}

/** SQLite's date functions read the clock when they are told 'now', and when they are not told a time at all. */
function readsClock(name: string, argumentTokens: readonly string[]): boolean {
  if (argumentTokens.some((token) => /^'\s*now\s*'$/i.test(token))) return true;
  return name === 'strftime' ? !argumentTokens.includes(',') : argumentTokens.length === 0;
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
