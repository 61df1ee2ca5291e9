import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Decision } from '../../src/engine/dead-letters/decision.ts';
import type { Generation } from '../../src/engine/catalog.ts';
import { type Checkpoint, readCheckpoint } from '../../src/engine/generations/generation-file.ts';
import type { RecordedEvent } from '../../src/event-log/event.ts';
import { type Contents, sorted } from './model.ts';

/** A generation's file as it stands. */
export interface GenerationFile extends Contents {
  readonly checkpoint: Checkpoint;
  readonly decisions: readonly Decision[];
}

/** Undefined where the file is not there, or its making was cut short. */
export function readGeneration(folder: string, { file }: Generation): GenerationFile | undefined {
  const path = join(folder, file);
  if (!existsSync(path)) return undefined;
  return reading(path, (db) => {
    const isMade = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'owners'").get() !== undefined;
    const checkpoint = isMade ? readCheckpoint(db) : undefined;
    if (checkpoint === undefined) return undefined;
    const rows = (sql: string): unknown[][] => sorted(db.prepare(sql).raw().all() as unknown[][]);
    const decisions = db.prepare('SELECT decision FROM projectionist_decisions ORDER BY id').pluck().all();
    return {
      checkpoint,
      owners: rows('SELECT * FROM owners'),
      accounts: rows('SELECT * FROM accounts'),
      parked: rows('SELECT partition, position FROM projectionist_parked'),
      letters: rows('SELECT position, partition FROM projectionist_letters'),
      decisions: (decisions as string[]).map((text) => JSON.parse(text) as Decision),
    };
  });
}

/** False where the process died before it had made its files. */
export function isMade(folder: string): boolean {
  const path = join(folder, 'catalog.db');
  if (!existsSync(path)) return false;
  return (
    reading(path, (db) => db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'decisions'").get()) !==
    undefined
  );
}

type GenerationRow = Omit<Generation, 'program' | 'mustVerify'> & {
  readonly program: string;
  readonly mustVerify: number;
};

/** The generations that a folder's catalogue knows, without the engine that works on it. */
export function generationsIn(folder: string, projection: string): Generation[] {
  return reading(join(folder, 'catalog.db'), (db) => {
    const rows = db
      .prepare(
        'SELECT number, file, program, state, must_verify AS mustVerify FROM generations WHERE projection = ? ORDER BY number',
      )
      .all(projection);
    return (rows as GenerationRow[]).map((row) => ({
      ...row,
      mustVerify: row.mustVerify === 1,
      program: JSON.parse(row.program) as Generation['program'],
    }));
  });
}

export function decisionsIn(folder: string, projection: string): Decision[] {
  return reading(join(folder, 'catalog.db'), (db) => {
    const rows = db
      .prepare('SELECT decision FROM decisions WHERE projection = ? ORDER BY id')
      .pluck()
      .all(projection) as string[];
    return rows.map((text) => JSON.parse(text) as Decision);
  });
}

export function eventsIn(folder: string): RecordedEvent[] {
  return reading(join(folder, 'log.db'), (db) => {
    const rows = db
      .prepare('SELECT position, id, stream, type, json(data) AS data FROM events ORDER BY position')
      .all();
    return (rows as (RecordedEvent & { data: string })[]).map((row) => ({
      ...row,
      data: JSON.parse(row.data) as RecordedEvent['data'],
    }));
  });
}

function reading<T>(path: string, read: (db: Database.Database) => T): T {
  const db = new Database(path, { readonly: true });
  try {
    return read(db);
  } finally {
    db.close();
  }
}
