import { type AnyNode, type Expression, type Pattern, parseExpressionAt } from 'acorn';

/** A place in a handler that decides something in JavaScript, at load, from a value that only exists later. */
export interface Decision {
  /** Such as `if`, `??` or `===`. */
  readonly construct: string;
  readonly path: string;
}

type Callable = (...values: never[]) => unknown;

/**
 * Finds `if`, `?:`, `??`, `&&`, `||`, `!`, comparisons and switches over the symbolic event in a handler's source. A
 * path is an object, and so always true: no trap at run time could notice these, and the rows would just be wrong.
 */
export function decisionsIn(handler: Callable): Decision[] {
  const parsed = parseFunction(handler.toString());
  if (parsed === undefined) return [];
  const { source, root } = parsed;
  const symbolic = new Set<string>(namesOf(root.params[0]));
  const decisions: Decision[] = [];
  walk(root.body, (node) => {
    collectNames(node, symbolic);
    for (const [construct, operand] of decidingOperands(node)) {
      if (isSymbolic(operand, symbolic))
        decisions.push({ construct, path: source.slice(operand.start, operand.end) });
    }
  });
  return decisions;
}

/** A function's source as a tree without positions, so that formatting and comments do not count. */
export function canonicalSource(callable: Callable): string {
  const text = callable.toString();
  const parsed = parseFunction(text);
  if (parsed === undefined) return text;
  return JSON.stringify(parsed.root, (key, value: unknown) => {
    if (key === 'start' || key === 'end' || key === 'raw') return undefined;
    if (typeof value === 'bigint') return `${value}n`;
    return value instanceof RegExp ? String(value) : value;
  });
}

interface FunctionNode {
  readonly params: readonly Pattern[];
  readonly body: AnyNode;
}

function parseFunction(text: string): { source: string; root: FunctionNode } | undefined {
  // A method prints as `name(…) { … }`, which is an expression only inside an object.
  for (const source of [`(${text})`, `({${text}})`]) {
    try {
      const expression = parseExpressionAt(source, 0, { ecmaVersion: 'latest' });
      const node = unwrap(expression);
      if (node !== undefined) return { source, root: node };
    } catch {
      // Not of this shape; native code and bound functions have none.
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

function namesOf(pattern: Pattern | undefined | null): string[] {
  switch (pattern?.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        namesOf(property.type === 'Property' ? property.value : property.argument),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap(namesOf);
    case 'AssignmentPattern':
      return namesOf(pattern.left);
    default:
      return [];
  }
}

/** Adds the names that stand for symbolic values below: parameters of a `forEach` body, and parts taken from a path. */
function collectNames(node: AnyNode, symbolic: Set<string>): void {
  if (node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'forEach') {
    const body = node.arguments[1];
    if (body?.type === 'ArrowFunctionExpression' || body?.type === 'FunctionExpression') {
      for (const name of body.params.flatMap(namesOf)) symbolic.add(name);
    }
  }
  if (node.type === 'VariableDeclarator' && isSymbolic(node.init, symbolic)) {
    for (const name of namesOf(node.id)) symbolic.add(name);
  }
}

function isSymbolic(node: AnyNode | null | undefined, symbolic: ReadonlySet<string>): node is AnyNode {
  if (node?.type === 'Identifier') return symbolic.has(node.name);
  if (node?.type === 'ChainExpression') return isSymbolic(node.expression, symbolic);
  return node?.type === 'MemberExpression' && isSymbolic(node.object, symbolic);
}

const COMPARISONS = new Set(['==', '!=', '===', '!==', '<', '>', '<=', '>=', 'in', 'instanceof']);

function decidingOperands(node: AnyNode): [construct: string, operand: AnyNode][] {
  switch (node.type) {
    case 'IfStatement':
      return [['if', node.test]];
    case 'ConditionalExpression':
      return [['?:', node.test]];
    case 'LogicalExpression':
      return [[node.operator, node.left]];
    case 'SwitchStatement':
      return [['switch', node.discriminant]];
    case 'UnaryExpression':
      return node.operator === '!' || node.operator === 'typeof' ? [[node.operator, node.argument]] : [];
    case 'BinaryExpression':
      return COMPARISONS.has(node.operator)
        ? [
            [node.operator, node.left],
            [node.operator, node.right],
          ]
        : [];
    default:
      return [];
  }
}

function walk(node: AnyNode, visit: (node: AnyNode) => void): void {
  visit(node);
  for (const child of Object.values(node) as unknown[]) {
    for (const item of Array.isArray(child) ? (child as unknown[]) : [child]) {
      if (typeof item === 'object' && item !== null && 'type' in item) walk(item as AnyNode, visit);
    }
  }
}
