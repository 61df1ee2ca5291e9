import type { ValueKind, ViewDescription } from '../projection/program.ts';

export type Row = Record<string, unknown>;
type Decode = (value: unknown) => unknown;

const DECODERS: Partial<Record<ValueKind, Decode>> = {
  boolean: (value) => value === 1 || value === 1n,
  timestamp: (value) => new Date(Number(value) * 1000).toISOString(),
  'timestamp-ms': (value) => new Date(Number(value)).toISOString(),
  json: (value) =>
    JSON.parse(value instanceof Uint8Array ? Buffer.from(value).toString() : String(value)) as unknown,
  bigint: (value) => (value instanceof Uint8Array ? Buffer.from(value).toString() : String(value)),
  bytes: (value) => Buffer.from(value as Uint8Array).toString('base64'),
};

/** A function that turns stored rows into JSON rows; undefined where they are the same. */
export function rowDecoder(view: ViewDescription): ((row: Row) => Row) | undefined {
  const decoded = view.columns.flatMap(({ name, kind }) => {
    const decode = DECODERS[kind];
    return decode === undefined ? [] : [[name, decode] as const];
  });
  if (decoded.length === 0) return undefined;
  return (row) => {
    for (const [name, decode] of decoded) if (row[name] !== null) row[name] = decode(row[name]);
    return row;
  };
}
