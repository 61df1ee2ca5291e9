import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ProjectionistError } from '../errors.ts';
import { currentSchemaVersion, type EventCatalogue, type EventDefinition } from './catalogue.ts';
import { jsonText } from './json-text.ts';
import { upcastTo } from './upcast.ts';

/** A type of the catalogue, with what would be worked out again for each event. */
export interface KnownType {
  readonly type: string;
  readonly definition: EventDefinition;
  readonly current: number;
}

/** Why data does not fit: the field, and the rest of a sentence that starts with it. */
export interface DataProblem {
  /** Names of members and indexes of items, from the data's root. */
  readonly path: readonly (string | number)[];
  readonly what: string;
  readonly cause?: unknown;
}

export function knownTypes(catalogue: EventCatalogue): Map<string, KnownType> {
  const entries = Object.entries(catalogue.events);
  return new Map(
    entries.map(([type, definition]) => [
      type,
      { type, definition, current: currentSchemaVersion(definition) },
    ]),
  );
}

/**
 * Checks data of a schema version against its type's schema, after upcasting where it is older; undefined where it
 * fits. `data` is JSON. Throws EVENT_SCHEMA_NEWER.
 */
export function dataProblem(known: KnownType, schemaVersion: number, data: unknown): DataProblem | undefined {
  const upToDate = schemaVersion === known.current ? data : upcastData(known, schemaVersion, data);
  return upToDate instanceof Unfit ? upToDate.problem : validate(known.definition.schema, upToDate);
}

class Unfit {
  readonly problem: DataProblem;
  constructor(what: string, cause: unknown) {
    this.problem = { path: [], what, cause };
  }
}

/** As the projector reads it: what the upcaster returned, through JSON. */
function upcastData({ definition, type, current }: KnownType, from: number, data: unknown): unknown {
  try {
    const upcast = upcastTo(definition, type, from, current, data);
    return JSON.parse(jsonText(upcast, (what) => new Error(`its upcaster returns what ${what}`)));
  } catch (error) {
    if (error instanceof ProjectionistError && error.code !== 'UPCAST_FAILED') throw error;
    const reason = (error as Error).message.replace(`${type} `, '');
    return new Unfit(
      reason.startsWith('cannot be upcast')
        ? reason
        : `cannot be upcast from schema version ${from}: ${reason}`,
      error,
    );
  }
}

function validate(schema: StandardSchemaV1, data: unknown): DataProblem | undefined {
  let result;
  try {
    result = schema['~standard'].validate(data);
  } catch (error) {
    return {
      path: [],
      what: `cannot be checked, because its schema throws: ${String(error)}`,
      cause: error,
    };
  }
  if (result instanceof Promise) {
    // Zod answers a promise too where a transform or a refinement has thrown; its rejection must not go unheard.
    result.catch(() => {});
    return {
      path: [],
      what: 'has a schema that validates asynchronously, or throws; events need a synchronous one',
    };
  }
  if (result.issues === undefined) return undefined;
  const [issue] = result.issues;
  return { path: pathOf(issue), what: issue?.message ?? 'does not match its schema' };
}

function pathOf(issue: StandardSchemaV1.Issue | undefined): (string | number)[] {
  return (issue?.path ?? []).map((part) => {
    const key = typeof part === 'object' ? part.key : part;
    return typeof key === 'number' ? key : String(key);
  });
}
