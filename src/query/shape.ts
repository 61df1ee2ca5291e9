import type { Parameter } from './parse-query.ts';

const COMPARED = /^(?:not\.)?(?:eq|neq|gt|gte|lt|lte)\./;
/** Parameters whose value is no comparison, whatever it looks like. */
const OTHERS: ReadonlySet<string> = new Set([
  'select',
  'order',
  'and',
  'or',
  'not.and',
  'not.or',
  'columns',
  'on_conflict',
]);
/** Parameters that say which part of the rows is wanted: they change what is bound, and not the statement. */
const PAGE: ReadonlySet<string> = new Set(['limit', 'offset', 'after']);

/**
 * What two requests have in common that differ only in the values they compare with and in their page: the key under
 * which a prepared statement is kept.
 */
export function shapeOf(parameters: readonly Parameter[]): string {
  let shape = '';
  for (const [name, value] of parameters) {
    if (PAGE.has(name)) shape += '0';
    else {
      const isWhole = OTHERS.has(name) || name.includes('.') || name.includes('->');
      const kept = isWhole ? value : withoutOperand(value);
      // With their lengths, so that no text can look like the end of a name.
      shape += `${name.length}:${name}${kept.length}:${kept}`;
    }
  }
  return shape;
}

function withoutOperand(value: string): string {
  return COMPARED.exec(value)?.[0] ?? value;
}

/** What a value is compared with: all that follows the operator. */
export function operandOf([, value]: Parameter): string {
  return value.slice(/^(?:not\.)?[a-z]+\./.exec(value)?.[0].length ?? 0);
}
