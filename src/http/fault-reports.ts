import { type ErrorCode, ProjectionistError } from '../errors.ts';

/** What whoever runs the server must know of, though the caller was told too. */
const OF_THE_STORAGE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'DISK_FULL',
  'STORAGE_FAILED',
  'DATA_FOLDER_UNUSABLE',
  'DATA_FILE_DAMAGED',
  'LOG_DAMAGED',
  'LOG_REPLACED',
]);

/** Milliseconds for which a fault of the storage is not reported again: every append meets it. */
const QUIET = 30_000;

/** A function that reports what nobody foresaw, each time, and faults of the storage now and then. */
export function faultReports(report: (error: unknown) => void): (error: unknown) => void {
  const reportedAt = new Map<ErrorCode, number>();
  return (error) => {
    if (!(error instanceof ProjectionistError)) return report(error);
    if (!OF_THE_STORAGE.has(error.code)) return;
    const last = reportedAt.get(error.code) ?? Number.NEGATIVE_INFINITY;
    if (performance.now() - last < QUIET) return;
    reportedAt.set(error.code, performance.now());
    report(error);
  };
}
