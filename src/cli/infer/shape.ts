/** What was seen of one value over many samples. */
export interface Shape {
  /** How many samples had a value here. */
  seen: number;
  isNull: boolean;
  isText: boolean;
  isBoolean: boolean;
  number: 'none' | 'whole' | 'any';
  /** The members of objects; undefined where no object was seen. */
  members: Map<string, Shape> | undefined;
  /** How many samples were objects: a member that fewer had is optional. */
  objects: number;
  /** What arrays held; undefined where no array was seen. */
  items: Shape | undefined;
}

export function emptyShape(): Shape {
  return {
    seen: 0,
    isNull: false,
    isText: false,
    isBoolean: false,
    number: 'none',
    members: undefined,
    objects: 0,
    items: undefined,
  };
}

/** Adds a JSON value to what was seen. */
export function see(shape: Shape, value: unknown): void {
  shape.seen += 1;
  if (value === null || value === undefined) shape.isNull = true;
  else if (typeof value === 'string') shape.isText = true;
  else if (typeof value === 'boolean') shape.isBoolean = true;
  else if (typeof value === 'number') seeNumber(shape, value);
  else if (Array.isArray(value)) {
    shape.items ??= emptyShape();
    for (const item of value) see(shape.items, item);
  } else seeObject(shape, value as Readonly<Record<string, unknown>>);
}

function seeNumber(shape: Shape, value: number): void {
  if (shape.number !== 'any') shape.number = Number.isSafeInteger(value) ? 'whole' : 'any';
}

function seeObject(shape: Shape, value: Readonly<Record<string, unknown>>): void {
  shape.objects += 1;
  shape.members ??= new Map();
  for (const [name, member] of Object.entries(value)) {
    const known = shape.members.get(name) ?? emptyShape();
    shape.members.set(name, known);
    see(known, member);
  }
}
