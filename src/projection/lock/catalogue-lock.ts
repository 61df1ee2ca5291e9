import { z } from 'zod';
import { currentSchemaVersion, type EventCatalogue } from '../../event-log/catalogue.ts';
import { ProjectionistError } from '../../errors.ts';
import { type JsonSchema, jsonSchemaOf } from '../json-schema.ts';
import { canonicalSchema } from './canonical-schema.ts';

/** An event type as it was when the catalogue was locked. */
export interface LockedType {
  readonly schemaVersion: number;
  /** By schema version, the JSON Schema of its last state; null where the schema's library cannot tell it. */
  readonly schemas: Readonly<Record<string, JsonSchema | null>>;
}

/** What `events.lock.json` holds: the catalogue that the events of a log were written with. */
export interface CatalogueLock {
  readonly events: Readonly<Record<string, LockedType>>;
}

/** The file's name, in the folder of the definitions. */
export const LOCK_FILE = 'events.lock.json';

const FORMAT = 1;

const LOCK = z.object({
  lockVersion: z.int().positive(),
  events: z.record(
    z.string(),
    z.object({
      schemaVersion: z.int().positive(),
      schemas: z.record(z.string(), z.record(z.string(), z.unknown()).nullable()),
    }),
  ),
});

/** The lock of a catalogue. Schemas of earlier versions come from the lock before: the catalogue has only the last. */
export function lockOf(catalogue: EventCatalogue, before: CatalogueLock = { events: {} }): CatalogueLock {
  const events = Object.entries(catalogue.events)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, definition]): [string, LockedType] => {
      const schemaVersion = currentSchemaVersion(definition);
      const schema = jsonSchemaOf(definition.schema);
      const locked = Object.hasOwn(before.events, type) ? before.events[type] : undefined;
      const earlier = Object.entries(locked?.schemas ?? {}).filter(
        ([version]) => Number(version) < schemaVersion,
      );
      const current = schema === undefined ? null : canonicalSchema(schema);
      return [type, { schemaVersion, schemas: Object.fromEntries([...earlier, [schemaVersion, current]]) }];
    });
  return { events: Object.fromEntries(events) };
}

/** The text of the file. Equal locks have equal texts. */
export function lockText({ events }: CatalogueLock): string {
  return `${JSON.stringify({ lockVersion: FORMAT, events }, null, 2)}\n`;
}

/** Reads the text of the file `name`. Throws LOCK_INVALID. */
export function parseLock(text: string, name: string): CatalogueLock {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(name, `is not JSON: ${(error as Error).message.split('\n', 1)[0]}`, error);
  }
  const result = LOCK.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw invalid(name, `is no lock of a catalogue: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  if (result.data.lockVersion > FORMAT)
    throw invalid(name, `was written by a newer Projectionist (lock version ${result.data.lockVersion})`);
  return { events: result.data.events };
}

function invalid(file: string, what: string, cause?: unknown): ProjectionistError {
  return new ProjectionistError('LOCK_INVALID', `${file} ${what}`, {
    hint: 'Take it from version control again (a merge may have left its marks), then `projectionist check --lock`.',
    evidence: { file },
    cause,
  });
}
