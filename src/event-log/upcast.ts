import { ProjectionistError } from '../errors.ts';
import {
  currentSchemaVersion,
  definitionOf,
  type EventCatalogue,
  type EventDefinition,
} from './catalogue.ts';

/**
 * Brings an event's data to the catalogue's current schema version. Throws EVENT_SCHEMA_NEWER for a version that the
 * catalogue does not know yet; whatever an upcaster throws passes through.
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
  if (from > to) {
    throw new ProjectionistError(
      'EVENT_SCHEMA_NEWER',
      `${type} is written in schema version ${from}, and the catalogue knows versions up to ${to}`,
      {
        hint: 'Deploy the catalogue that wrote it, with the upcasters it needs.',
        evidence: { eventType: type },
      },
    );
  }
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
    answer = step(answer as never);
  }
  return answer;
}
