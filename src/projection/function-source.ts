import { type AnyNode, type Expression, parseExpressionAt, type Pattern } from 'acorn';
import { ProjectionistError } from '../errors.ts';

export type Callable = (...values: never[]) => unknown;

export interface FunctionNode {
  readonly params: readonly Pattern[];
  readonly body: AnyNode;
}

/** A function's source as a tree without positions, so that formatting and comments do not count. */
export function canonicalSource(callable: Callable): string {
  const text = callable.toString();
  if (/^function \(\) \{ \[native code\] \}$/.test(text)) {
    throw new ProjectionistError(
      'DEFINITION_INVALID',
      'The source of a bound function cannot be read, and a change of it would go unnoticed',
      {
        hint: 'Write it as an arrow function: (value) => ….',
      },
    );
  }
  const parsed = parseFunction(text);
  if (parsed === undefined) return text;
  return JSON.stringify(parsed.root, (key, value: unknown) => {
    if (key === 'start' || key === 'end' || key === 'raw') return undefined;
    if (typeof value === 'bigint') return `${value}n`;
    return value instanceof RegExp ? String(value) : value;
  });
}

/** Undefined for what has no source, such as native functions. */
export function parseFunction(text: string): { source: string; root: FunctionNode } | undefined {
  // A method prints as `name(…) { … }`, which is an expression only inside an object.
  for (const source of [`(${text})`, `({${text}})`]) {
    try {
      const node = unwrap(parseExpressionAt(source, 0, { ecmaVersion: 'latest' }));
      if (node !== undefined) return { source, root: node };
    } catch {
      // Not of this shape.
    }
  }
  return undefined;
}

function unwrap(expression: Expression): FunctionNode | undefined {
  if (expression.type === 'ArrowFunctionExpression' || expression.type === 'FunctionExpression')
    return expression;
  if (expression.type !== 'ObjectExpression') return undefined;
  const [property] = expression.properties;
  return property?.type === 'Property' ? unwrap(property.value) : undefined;
}
