import type { AnyNode, ArrowFunctionExpression, CallExpression, FunctionExpression, Pattern } from 'acorn';
import { type Callable, type FunctionNode, parseFunction } from './function-source.ts';

/** A place in a handler that decides something in JavaScript, at load, from a value that only exists later. */
export interface Decision {
  /** Such as `if`, `??` or `===`. */
  readonly construct: string;
  readonly path: string;
}

/**
 * Finds `if`, `?:`, `??`, `&&`, `||`, `!`, comparisons, defaults, loops and switches over the symbolic event in a
 * handler's source. A path is an object, and so always true: no trap at run time could notice these, and the rows
 * would just be wrong.
 */
export function decisionsIn(handler: Callable): Decision[] {
  const parsed = parseFunction(handler.toString());
  if (parsed === undefined) return [];
  const scanner = new Scanner(parsed.source);
  scanner.function(parsed.root, parsed.root.params.slice(0, 1));
  return scanner.decisions;
}

type Node = AnyNode | null | undefined;

class Scanner {
  readonly decisions: Decision[] = [];
  readonly #source: string;
  /** Names that stand for the event or for a part of it, where the scanner is. */
  #symbolic: ReadonlySet<string> = new Set();

  constructor(source: string) {
    this.#source = source;
  }

  /** Scans a function some of whose parameters are symbolic. Its other parameters hide outer names. */
  function(node: FunctionNode, symbolic: readonly Pattern[]): void {
    const outer = this.#symbolic;
    const hidden = new Set(node.params.flatMap(namesOf));
    this.#symbolic = new Set([...outer].filter((name) => !hidden.has(name)));
    for (const pattern of symbolic) this.#bind(pattern);
    this.#visit(node.body);
    this.#symbolic = outer;
  }

  #visit(node: AnyNode): void {
    this.#collect(node);
    for (const [construct, operand] of decidingOperands(node)) {
      const path = this.#symbolicPart(operand);
      if (path !== undefined) this.#add(construct, path);
    }
    const itemFunctions = this.#itemFunctions(node);
    for (const child of childrenOf(node)) {
      if (isFunction(child)) this.function(child, itemFunctions.includes(child) ? child.params : []);
      else this.#visit(child);
    }
  }

  #add(construct: string, node: AnyNode): void {
    this.decisions.push({ construct, path: this.#source.slice(node.start, node.end) });
  }

  /** Names that from here on stand for a part of the event: `const { items } = e.data`, `items = e.data.items`. */
  #collect(node: AnyNode): void {
    if (node.type === 'VariableDeclarator' && this.#isSymbolic(node.init)) this.#bind(node.id);
    if (node.type === 'AssignmentExpression' && node.operator === '=' && this.#isSymbolic(node.right)) {
      this.#bind(node.left);
    }
  }

  #bind(pattern: Pattern): void {
    this.#symbolic = new Set([...this.#symbolic, ...namesOf(pattern)]);
    for (const fallback of defaultsIn(pattern)) this.#add('=', fallback);
  }

  /** The functions that a `forEach` calls with an item, under whatever name `forEach` was imported. */
  #itemFunctions(node: AnyNode): AnyNode[] {
    if (node.type !== 'CallExpression') return [];
    const [first, ...others] = node.arguments;
    return calledName(node) === 'forEach' || this.#isSymbolic(first) ? others.filter(isFunction) : [];
  }

  /** What is symbolic in a value that is asked whether it is true: `a && e.data.b` asks both sides. */
  #symbolicPart(node: Node): AnyNode | undefined {
    if (node?.type === 'LogicalExpression')
      return this.#symbolicPart(node.left) ?? this.#symbolicPart(node.right);
    return this.#isSymbolic(node) ? node : undefined;
  }

  #isSymbolic(node: Node): node is AnyNode {
    switch (node?.type) {
      case 'Identifier':
        return this.#symbolic.has(node.name);
      case 'ChainExpression':
      case 'ParenthesizedExpression':
        return this.#isSymbolic(node.expression);
      case 'MemberExpression':
        return this.#isSymbolic(node.object);
      case 'CallExpression':
        return calledName(node) === 'field' && this.#isSymbolic(node.arguments[0]);
      default:
        return false;
    }
  }
}

const COMPARISONS = new Set(['==', '!=', '===', '!==', '<', '>', '<=', '>=', 'in', 'instanceof']);
const TESTS = new Set(['Boolean', 'isArray', 'isNaN', 'isFinite', 'isInteger', 'is']);

function decidingOperands(node: AnyNode): [construct: string, operand: Node][] {
  switch (node.type) {
    case 'IfStatement':
      return [['if', node.test]];
    case 'WhileStatement':
    case 'DoWhileStatement':
      return [['while', node.test]];
    case 'ForStatement':
      return [['for', node.test]];
    case 'ConditionalExpression':
      return [['?:', node.test]];
    case 'LogicalExpression':
      return [[node.operator, node.left]];
    case 'AssignmentExpression':
      return ['??=', '||=', '&&='].includes(node.operator) ? [[node.operator, node.left]] : [];
    case 'SwitchStatement':
      return [['switch', node.discriminant]];
    case 'UnaryExpression':
      return node.operator === '!' || node.operator === 'typeof' ? [[node.operator, node.argument]] : [];
    case 'BinaryExpression':
      return COMPARISONS.has(node.operator)
        ? [node.left, node.right].map((side) => [node.operator, side])
        : [];
    case 'CallExpression':
      return TESTS.has(calledName(node) ?? '')
        ? node.arguments.map((value) => [`${calledName(node)}()`, value])
        : [];
    default:
      return [];
  }
}

/** `f(…)`, `module.f(…)`, and `(0, module.f)(…)` as some compilers write it. */
function calledName({ callee }: CallExpression): string | undefined {
  const called = callee.type === 'SequenceExpression' ? callee.expressions.at(-1) : callee;
  if (called?.type === 'Identifier') return called.name;
  return called?.type === 'MemberExpression' && called.property.type === 'Identifier'
    ? called.property.name
    : undefined;
}

function namesOf(pattern: Pattern | null): string[] {
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
    case 'RestElement':
      return namesOf(pattern.argument);
    default:
      return [];
  }
}

/** `{ items = [] }`: a path is never undefined, so such a default would never be taken. */
function defaultsIn(pattern: Pattern | null): Pattern[] {
  switch (pattern?.type) {
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        property.type === 'Property' ? defaultsIn(property.value) : [],
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap(defaultsIn);
    case 'AssignmentPattern':
      return [pattern.left, ...defaultsIn(pattern.left)];
    default:
      return [];
  }
}

function isFunction(node: AnyNode): node is ArrowFunctionExpression | FunctionExpression {
  return node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression';
}

function childrenOf(node: AnyNode): AnyNode[] {
  return (Object.values(node) as unknown[])
    .flatMap((child) => (Array.isArray(child) ? (child as unknown[]) : [child]))
    .filter((child): child is AnyNode => typeof child === 'object' && child !== null && 'type' in child);
}
