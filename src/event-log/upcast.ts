import { ProjectionistError } from '../errors.ts';
import {
  currentSchemaVersion,
  definitionOf,
  type EventCatalogue,
  type EventDefinition,
  type Upcaster,
} from './catalogue.ts';

/**
 * Brings an event's data to the catalogue's current schema version. Throws EVENT_SCHEMA_NEWER for a version that the
 * catalogue does not know yet, and UPCAST_FAILED where an upcaster throws or gives back no data.
 */
export function upcast(
  catalogue: EventCatalogue,
  type: string,
  schemaVersion: number,
  data: unknown,
): unknown {
  const definition = definitionOf(catalogue, type);
  if (definition === undefined) return data;
  return upcastTo(definition, type, schemaVersion, currentSchemaVersion(definition), data);
}

/** The same to a version of the caller's choice: a generation keeps reading the version that it was built for. */
export function upcastTo(
  definition: EventDefinition | undefined,
  type: string,
  from: number,
  to: number,
  data: unknown,
): unknown {
  if (from > to) throw tooNew(type, from, to);
  let answer = data;
  for (let version = from; version < to; version += 1) {
    const step = definition?.upcast?.[version];
    if (step === undefined) {
      throw new ProjectionistError(
        'DEFINITION_INVALID',
        `${type} has no upcaster from schema version ${version}`,
        {
          hint: `Add upcast: { ${version}: (old) => … } to its definition.`,
          evidence: { eventType: type },
        },
      );
    }
    answer = stepped(step, type, version, answer);
  }
  return answer;
}

function tooNew(type: string, from: number, to: number): ProjectionistError {
  return new ProjectionistError(
    'EVENT_SCHEMA_NEWER',
    `${type} is written in schema version ${from}, and the catalogue knows versions up to ${to}`,
    {
      hint: 'Deploy the catalogue that wrote it, with the upcasters it needs.',
      evidence: { eventType: type, expected: to, actual: from },
    },
  );
}

function stepped(step: Upcaster, type: string, version: number, old: unknown): unknown {
  let answer: unknown;
  try {
    answer = step(old as never);
  } catch (error) {
    throw failed(type, version, `throws ${describe(error)}`, error);
  }
  const fault = faultOf(answer, old);
  if (fault === undefined) return answer;
  throw failed(type, version, fault);
}

/** What is wrong with an upcaster's answer; undefined where nothing is. */
function faultOf(answer: unknown, old: unknown): string | undefined {
  if (isThenable(answer)) {
    // Nobody waits for it, so its rejection must not go unheard.
    Promise.resolve(answer).catch(() => {});
    return 'is asynchronous; a replay calls it in the middle of a transaction';
  }
  if (answer === undefined || ['function', 'symbol', 'bigint'].includes(typeof answer))
    return `returns ${answer === undefined ? 'nothing' : `a ${typeof answer}`}`;
  // Text or a number may become an object; the other way about, a return or a pair of parentheses was forgotten.
  if (isObject(old) && !isObject(answer))
    return `returns ${answer === null ? 'null' : `a ${typeof answer}`} for an object`;
  return undefined;
}

function isThenable(value: unknown): boolean {
  return isObject(value) && typeof (value as { then?: unknown }).then === 'function';
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function failed(type: string, version: number, what: string, cause?: unknown): ProjectionistError {
  return new ProjectionistError(
    'UPCAST_FAILED',
    `${type} cannot be upcast from schema version ${version} to ${version + 1}: its upcaster ${what}`,
    {
      hint: `Correct upcast[${version}] of ${type}: it takes any data of version ${version} and returns that of version ${version + 1}.`,
      evidence: { eventType: type, expected: version + 1, actual: version },
      cause,
    },
  );
}
