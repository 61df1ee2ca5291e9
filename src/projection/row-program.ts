import { quoteName } from './literal.ts';
import type { FeedBlock, HandledType, Program, ViewDescription } from './program.ts';
import { EACH } from './bound-rows.ts';
import { tokensOf } from './sql-tokens.ts';

/**
 * The part of a program that makes the rows of one view, where each of them is a function of the events alone: what
 * writes a row reads no other one, of this view or another. Such a row can be made without all others, from events that
 * are known to fit: checks by `must` are left out. Undefined where that cannot be proved.
 */
export function rowProgram(program: Program, view: ViewDescription): Program | undefined {
  if (!hasRowsOfTheirOwn(program, view)) return undefined;
  const feed: Record<string, readonly FeedBlock[]> = {};
  for (const [type, blocks] of Object.entries(program.feed)) {
    const kept = keptBlocks(program, view, blocks);
    if (kept === undefined) return undefined;
    if (kept.length > 0) feed[type] = kept;
  }
  const types: readonly HandledType[] = program.types.filter(({ type }) => type in feed);
  return types.length === 0 ? undefined : { ...program, feed, types };
}

/** False where SQLite itself looks at other rows: for another unique key, for a number to give, along a foreign key. */
function hasRowsOfTheirOwn({ tables, indexes, views }: Program, view: ViewDescription): boolean {
  const [first, ...others] = view.primaryKey;
  if (first === undefined) return false;
  const isNumbered =
    others.length === 0 && view.columns.find(({ name }) => name === first)?.sqlType === 'INTEGER';
  if (isNumbered) return false;
  const own = tables[view.name] ?? '';
  if (/\b(UNIQUE|COLLATE|GENERATED|AUTOINCREMENT)\b/i.test(own)) return false;
  if (/\bON (DELETE|UPDATE) (?!NO ACTION|RESTRICT)/i.test(own)) return false;
  const name = quoteName(view.name);
  const unique = indexes.some(({ sql }) => /^CREATE UNIQUE/i.test(sql) && sql.includes(` ON ${name}`));
  return !unique && views.some((each) => each.name === view.name);
}

/** Undefined where a statement is not understood. */
function keptBlocks(
  program: Program,
  view: ViewDescription,
  blocks: readonly FeedBlock[],
): FeedBlock[] | undefined {
  const kept: FeedBlock[] = [];
  // A nested block stands before the one that feeds it.
  for (const block of blocks) {
    if (!block.statements.every(isUnderstood)) return undefined;
    const fed = new Set(kept.map(({ name }) => name));
    const wanted = block.statements.filter((statement) => feedsRows(statement, view, fed));
    if (!wanted.every((statement) => readsNoRow(program, view, statement))) return undefined;
    if (wanted.length > 0) kept.push({ ...block, statements: wanted });
  }
  return kept;
}

/** A check of `must`, or a statement of which it can be told what it writes. */
function isUnderstood(statement: string): boolean {
  return statement.startsWith('SELECT RAISE(') || targetOf(tokensOf(statement)) !== undefined;
}

/** Whether a statement writes the view, or feeds a block that does. */
function feedsRows(statement: string, view: ViewDescription, fed: ReadonlySet<string>): boolean {
  const target = targetOf(tokensOf(statement));
  return target === quoteName(view.name) || fed.has(target ?? '');
}

/** What a statement writes, as it is written there. */
function targetOf(tokens: readonly string[]): string | undefined {
  const [verb, next, after] = tokens.map((token, at) => (at < 2 ? token.toLowerCase() : token));
  if (verb === 'update') return tokens[1];
  const isPlain = (verb === 'insert' && next === 'into') || (verb === 'delete' && next === 'from');
  return isPlain ? after : undefined;
}

/** Functions that answer by what other statements did. */
const FORBIDDEN = new Set(['changes', 'total_changes', 'last_insert_rowid']);

function readsNoRow({ views }: Program, view: ViewDescription, statement: string): boolean {
  const tokens = tokensOf(statement);
  const names = new Set(views.map(({ name }) => name.toLowerCase()));
  const start = tokens[0]?.toLowerCase() === 'update' ? 2 : 3;
  return tokens.every((token, at) => {
    if (at < start) return true;
    const word = token.toLowerCase();
    if (FORBIDDEN.has(word) || (word === 'in' && tokens[at + 1] !== '(')) return false;
    if (word === 'from' || word === 'join') return EACH.test(tokens[at + 1] ?? '');
    if (setsKey(tokens, at, view)) return false;
    // A column of the row that is written: "view"."column".
    const isOwn = bare(token) === view.name.toLowerCase() && tokens[at + 1] === '.' && tokens[at - 1] !== '.';
    return isOwn || tokens[at - 1] === '.' || !names.has(bare(token));
  });
}

/** `set "key" =`, and `, "key" =`: a row that becomes another one. */
function setsKey(tokens: readonly string[], at: number, { primaryKey }: ViewDescription): boolean {
  const before = tokens[at - 1]?.toLowerCase();
  const isAssigned = tokens[at + 1] === '=' && (before === 'set' || before === ',');
  return isAssigned && primaryKey.some((column) => bare(tokens[at] as string) === column.toLowerCase());
}

function bare(token: string): string {
  return /^["`[]/.test(token) ? token.slice(1, -1).toLowerCase() : token.toLowerCase();
}
