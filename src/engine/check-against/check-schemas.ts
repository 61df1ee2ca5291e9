import type { EventCatalogue } from '../../event-log/catalogue.ts';
import { type DataProblem, dataProblem, type KnownType, knownTypes } from '../../event-log/check-data.ts';
import type { RecordedEvent } from '../../event-log/event.ts';
import type { LogReader } from '../../event-log/reader.ts';
import { ProjectionistError } from '../../errors.ts';
import { type Findings, placeOf } from './findings.ts';

export interface SchemaRange {
  /** The last position that counts. */
  readonly head: number;
  /** So many events of each type, spread evenly; undefined for all. */
  readonly sample: number | undefined;
}

/** Events that are checked between two breaths of the event loop. */
const STRETCH = 1000;

/**
 * Checks events against the catalogue as a reader of today sees them: upcast, and then held against the schema. Yields how many it has checked.
 */
export function* checkSchemas(
  reader: LogReader,
  catalogue: EventCatalogue,
  { head, sample }: SchemaRange,
  findings: Findings,
): Generator<number, number> {
  const types = knownTypes(catalogue);
  let checked = 0;
  for (const event of sample === undefined ? all(reader, types, head) : spread(reader, types, head, sample)) {
    const reason = reasonOf(types.get(event.type) as KnownType, event);
    if (reason !== undefined) findings.add({ projection: null, ...placeOf(event), reason });
    checked += 1;
    if (checked % STRETCH === 0) yield checked;
  }
  return checked;
}

function* all(
  reader: LogReader,
  types: ReadonlyMap<string, KnownType>,
  head: number,
): Generator<RecordedEvent> {
  for (const event of reader.read({ before: head + 1 })) if (types.has(event.type)) yield event;
}

function* spread(
  reader: LogReader,
  types: ReadonlyMap<string, KnownType>,
  head: number,
  sample: number,
): Generator<RecordedEvent> {
  for (const type of types.keys()) {
    for (const position of reader.spread(type, sample, head))
      yield* reader.read({ after: position - 1, before: position + 1 });
  }
}

function reasonOf(known: KnownType, { schemaVersion, data }: RecordedEvent): string | undefined {
  try {
    const problem = dataProblem(known, schemaVersion, data);
    return problem === undefined ? undefined : reasonOfProblem(problem);
  } catch (error) {
    if (error instanceof ProjectionistError) return error.message;
    throw error;
  }
}

function reasonOfProblem({ path, what }: DataProblem): string {
  const field = path.reduce<string>(
    (text, part) => text + (typeof part === 'number' ? '[]' : `.${part}`),
    'data',
  );
  return `${field}: ${withoutValue(what)}`;
}

/** Some libraries end their message with the value: `Expected string but received 5`, `must be a string (was 5)`. */
function withoutValue(message: string): string {
  return message.replace(/ but received [^\n]*$| \(was [^\n]*\)$/, '');
}
