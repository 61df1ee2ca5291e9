import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { migrate } from '../../database/migrate.ts';
import { openDatabase } from '../../database/open.ts';
import { ProjectionistError } from '../../errors.ts';
import type { EventCatalogue } from '../../event-log/catalogue.ts';
import { currentSchemaVersion, definitionOf } from '../../event-log/catalogue.ts';
import { type EventCheck, eventCheck } from '../../event-log/check-event.ts';
import type { CheckedEvent } from '../../event-log/event.ts';
import { LOG_FORMAT } from '../../event-log/format.ts';
import { importLines, type ImportResult, openLines } from '../../event-log/import.ts';
import { LogReader } from '../../event-log/reader.ts';
import { LogWriter } from '../../event-log/writer.ts';
import { type Findings, OTHER_REASONS } from './findings.ts';

/** A log that is only read. */
export interface LogToCheck {
  readonly path: string;
  readonly reader: LogReader;
  /** Call it last: while this connection is open, no other one's closing tidies the log up. */
  close(): void;
}

/** Where events come from: a log, or lines of JSON that one is made of. */
export type EventSource = { readonly log: string } | { readonly lines: string };

/** Tells a data folder, a log file and a file of events from one another. Throws USAGE, DATA_FOLDER_UNUSABLE. */
export function eventSourceAt(path: string): EventSource {
  if (!existsSync(path)) throw new ProjectionistError('USAGE', `There is no file or folder ${path}`);
  if (statSync(path).isDirectory()) {
    const log = join(path, 'log.db');
    if (existsSync(log)) return { log };
    throw new ProjectionistError('DATA_FOLDER_UNUSABLE', `There is no log in ${path}`, {
      hint: 'Name a data folder, its log.db, or a file with one JSON event a line.',
    });
  }
  return isSqlite(path) ? { log: path } : { lines: path };
}

function isSqlite(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(16);
    readSync(file, start, 0, 16, 0);
    return start.toString('latin1') === 'SQLite format 3\0';
  } finally {
    closeSync(file);
  }
}

/** Opens a log for reading alone. Throws DATA_FILE_FOREIGN. */
export function openLogToCheck(path: string): LogToCheck {
  const hasWal = existsSync(`${path}-wal`);
  const db = openDatabase(path, { purpose: 'read', mustExist: true });
  const close = (): void => {
    db.close();
    if (!hasWal) tidy(path);
  };
  try {
    if (db.pragma('application_id', { simple: true }) !== LOG_FORMAT.applicationId)
      throw new ProjectionistError('DATA_FILE_FOREIGN', `${path} is a SQLite database, but no event log`, {
        hint: 'Name a data folder, its log.db, or a file with one JSON event a line.',
        evidence: { file: path },
      });
    return { path, reader: new LogReader(db), close };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Reading makes the files of a write-ahead log, and only a connection that may write takes them away again. */
function tidy(path: string): void {
  openDatabase(path, { purpose: 'durable', mustExist: true }).close();
}

export interface LinesOptions {
  readonly findings: Findings;
  readonly onProgress: (lines: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** Makes a log at `path` of a file's lines. Those that are no event are findings. */
export async function logOfLines(
  file: string,
  path: string,
  catalogue: EventCatalogue,
  { findings, onProgress, signal }: LinesOptions,
): Promise<LogToCheck> {
  const db = openDatabase(path, { purpose: 'bulk' });
  try {
    migrate(db, LOG_FORMAT);
    // Nobody will want it back: a file that is only half written is deleted. Keys in no order touch all of an index.
    db.pragma('journal_mode = OFF');
    db.pragma('cache_size = -256000');
    const writer = new LogWriter(db);
    const input: Readable = openLines(file);
    signal?.addEventListener('abort', () => input.destroy(), { once: true });
    db.exec('BEGIN');
    writer.begin();
    const sink = { append: (event: CheckedEvent) => writer.appendOne(event) };
    const rejectFile = `${path}.reject`;
    const result = await importLines(input, lineCheck(catalogue), sink, {
      onProgress,
      skipInvalid: true,
      rejectFile,
    });
    addBadLines(result, findings);
    writer.finish();
    db.exec('COMMIT');
  } finally {
    db.close();
  }
  return openLogToCheck(path);
}

function addBadLines({ bad, badLines }: ImportResult, findings: Findings): void {
  const place = { projection: null, eventType: null, eventId: null };
  for (const { line, reason } of bad) findings.add({ ...place, reason: reason.message, position: line });
  const more = badLines - bad.length;
  if (more > 0) findings.add({ ...place, reason: OTHER_REASONS, position: bad.at(-1)?.line ?? 0 }, more);
}

/** As an append reads a line, except that the data is left to be checked later; what an export adds is left out. */
function lineCheck(catalogue: EventCatalogue): EventCheck {
  const check = eventCheck(undefined, () => new Date(), 'json');
  return (input) => {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) return check(input);
    const { position: _, version: __, ...event } = input as Readonly<Record<string, unknown>>;
    const definition = definitionOf(catalogue, String(event['type']));
    const current = definition === undefined ? 1 : currentSchemaVersion(definition);
    return check({ schemaVersion: current, ...event });
  };
}
