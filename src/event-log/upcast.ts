import { ProjectionistError } from '../errors.ts';
import { currentSchemaVersion, type EventCatalogue } from './catalogue.ts';

/**
 * Brings an event's data to the current schema version. Throws EVENT_SCHEMA_NEWER for a version that the catalogue does
 * not know yet; whatever an upcaster throws passes through.
 */
export function upcast(catalogue: EventCatalogue, type: string, schemaVersion: number, data: unknown): unknown {
  const definition = catalogue.events[type];
  if (definition === undefined) return data;
  const current = currentSchemaVersion(definition);
  if (schemaVersion > current) {
    throw new ProjectionistError(
      'EVENT_SCHEMA_NEWER',
      `${type} is written in schema version ${schemaVersion}, and the catalogue knows versions up to ${current}`,
      { hint: 'Deploy the catalogue that wrote it, with the upcasters it needs.', evidence: { eventType: type } },
    );
  }
  let answer = data;
  for (let version = schemaVersion; version < current; version += 1) {
    answer = definition.upcast?.[version]?.(answer as never);
  }
  return answer;
}
