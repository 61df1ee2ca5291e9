import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { ProjectionistError } from '../errors.ts';

/** Turns what SQLite or the file system throws about a file into an error that says what to do. Others pass unchanged. */
export function storageError(error: unknown, path: string): unknown {
  if (error instanceof ProjectionistError || !(error instanceof Error)) return error;
  const code = (error as { code?: string }).code ?? '';
  const found = KNOWN.find(({ codes }) => codes.some((start) => code.startsWith(start)));
  if (found === undefined) return error;
  const known = found.code === 'STORAGE_FAILED' && isFull(path) ? FULL : found;
  return new ProjectionistError(known.code, known.message(path), {
    hint: known.hint,
    evidence: { file: path },
    cause: error,
  });
}

/** True when another connection holds a lock that this one needs. */
export function isBusy(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && code.startsWith('SQLITE_BUSY');
}

/** True for an error that says that a file's contents are not what was written. */
export function isDamaged(error: unknown): error is ProjectionistError {
  return error instanceof ProjectionistError && error.code === 'DATA_FILE_DAMAGED';
}

/** Bytes below which a disk is full: what SQLite asks for at once, for the index of a write-ahead log, is 32 KiB. */
const LITTLE = 64 * 1024;

/** Not every call that fails for want of space says so: for the shared memory of a write-ahead log SQLite tells of I/O. */
function isFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < LITTLE;
  } catch {
    return false;
  }
}

const FULL = {
  codes: ['SQLITE_FULL', 'ENOSPC', 'EDQUOT'],
  code: 'DISK_FULL',
  message: (path: string) => `The disk that holds ${path} is full`,
  hint: 'Free some space, then try again; nothing that was acknowledged is lost.',
} as const;

const KNOWN = [
  FULL,
  {
    codes: [
      'SQLITE_READONLY',
      'SQLITE_CANTOPEN',
      'SQLITE_PERM',
      'SQLITE_AUTH',
      'EACCES',
      'EPERM',
      'EROFS',
      'ENOTDIR',
      'EEXIST',
    ],
    code: 'DATA_FOLDER_UNUSABLE',
    message: (path: string) => `Cannot write to ${path}`,
    hint: 'Check that the folder exists and that this user may write to it, or choose another with --data. To read takes that too: SQLite keeps an index beside the file while it is open.',
  },
  {
    codes: ['SQLITE_IOERR', 'EIO', 'EFBIG'],
    code: 'STORAGE_FAILED',
    message: (path: string) => `The disk that holds ${path} does not do what it is asked to`,
    hint: 'Look at the disk, its quota and the limits of the process (ulimit -f); a server tries again by itself.',
  },
  {
    codes: ['SQLITE_CORRUPT'],
    code: 'DATA_FILE_DAMAGED',
    message: (path: string) => `${path} is damaged`,
    hint: 'Run `projectionist log check`. Views are built again from the log; a log is restored from a backup.',
  },
  {
    codes: ['SQLITE_NOTADB'],
    code: 'DATA_FILE_FOREIGN',
    message: (path: string) => `${path} is not a SQLite database`,
    hint: 'Move the file away, or choose another folder with --data.',
  },
  {
    codes: ['SQLITE_BUSY'],
    code: 'LOCKED',
    message: (path: string) => `Another process is writing to ${path} and did not finish in time`,
    hint: 'Try again; if it stays, look for another projectionist process on this folder.',
  },
] as const;
