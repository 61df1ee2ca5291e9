import type { Shape } from './shape.ts';

/** The Zod schema of a shape, as TypeScript source; lines after the first are indented by `indent`. */
export function zodSource(shape: Shape, indent: string): string {
  const forms = [
    ...(shape.isText ? ['z.string()'] : []),
    ...(shape.isBoolean ? ['z.boolean()'] : []),
    ...(shape.number === 'none' ? [] : [shape.number === 'whole' ? 'z.int()' : 'z.number()']),
    ...(shape.members === undefined ? [] : [objectSource(shape, shape.members, indent)]),
    ...(shape.items === undefined ? [] : [`z.array(${zodSource(shape.items, indent)})`]),
  ];
  const [first] = forms;
  if (first === undefined) return shape.isNull ? 'z.null()' : 'z.unknown()';
  const one = forms.length === 1 ? first : `z.union([${forms.join(', ')}])`;
  return shape.isNull ? `${one}.nullable()` : one;
}

function objectSource({ objects }: Shape, members: ReadonlyMap<string, Shape>, indent: string): string {
  if (members.size === 0) return 'z.object({})';
  const inner = `${indent}  `;
  const lines = [...members].map(([name, member]) => {
    const optional = member.seen < objects ? '.optional()' : '';
    return `${inner}${keySource(name)}: ${zodSource(member, inner)}${optional},`;
  });
  return `z.object({\n${lines.join('\n')}\n${indent}})`;
}

/** A name as the key of an object literal. */
export function keySource(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
}

/** A string literal in single quotes. */
export function quoted(text: string): string {
  return `'${JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"')
    .replaceAll("'", String.raw`\'`)}'`;
}
