import { ProjectionistError } from '../../errors.ts';

/** SQLite's words for a disk, a lock or memory in the way: they say nothing about the event, and pass. */
const STORAGE = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|NOMEM|CANTOPEN|READONLY)/;
/** The same once the file could not even be opened, as `openDatabase` words it. */
const UNUSABLE = new Set(['DISK_FULL', 'STORAGE_FAILED', 'DATA_FOLDER_UNUSABLE', 'LOCKED']);
/** The file is not what was written: no second try will read it, but the log can fill another one. */
const DAMAGE = /^(SQLITE_CORRUPT|SQLITE_NOTADB|DATA_FILE_FOREIGN|DATA_FILE_DAMAGED|GENERATION_DAMAGED)/;

/** True for errors of the disk or of locks: what was tried is worth trying again, later. */
export function isStorageFault(error: unknown): boolean {
  const code = codeOf(error);
  return STORAGE.test(code) || UNUSABLE.has(code) || isSyncFault(error);
}

/** True where the disk did not keep what was written: no later sync tells whether it does, so the file is of no use. */
export function isSyncFault(error: unknown): boolean {
  return codeOf(error) === 'SQLITE_IOERR_FSYNC' || (error as NodeJS.ErrnoException).syscall === 'fdatasync';
}

/** True where a generation's file is of no use any more. */
export function isDamage(error: unknown): boolean {
  return DAMAGE.test(codeOf(error));
}

/** True for errors that say the projector and its files do not belong together: no single event is to blame. */
export function isEngineFault(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'LOG_GAP' || code === 'LOG_DAMAGED' || code === 'CHECKPOINT_MOVED';
}

/**
 * True for an event in a schema version that the definitions do not know yet: the event is good, and newer definitions
 * will read it. So it is no dead letter; its projection stops in front of it, and the others go on.
 */
export function isTooNew(error: unknown): boolean {
  return codeOf(error) === 'EVENT_SCHEMA_NEWER';
}

/** True where the event itself, or the handler, is to blame: another try would fail alike. */
export function isEventFault(error: unknown): boolean {
  return !isStorageFault(error) && !isEngineFault(error) && !isDamage(error);
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

export function damaged(projection: string, file: string, what: string, cause?: unknown): ProjectionistError {
  return new ProjectionistError('GENERATION_DAMAGED', `The file ${file} ${what}`, {
    hint: 'It is built again from the log. If it happens again, check the disk.',
    evidence: { projection, file },
    cause,
  });
}
