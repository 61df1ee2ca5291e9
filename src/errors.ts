/** What an error may carry beside its words: where it happened, never a payload. */
export interface Evidence {
  readonly projection?: string | undefined;
  readonly eventType?: string | undefined;
  readonly statement?: string | undefined;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  /** Which of several events, counted from 0. */
  readonly index?: number | undefined;
  readonly position?: number | undefined;
  readonly eventId?: string | undefined;
  readonly stream?: string | undefined;
  readonly field?: string | undefined;
  readonly expected?: string | number | undefined;
  readonly actual?: string | number | undefined;
  /** The key of a row, as JSON: for who asks about it, and for no log. */
  readonly row?: string | undefined;
}

/** Every code a user can meet. HTTP statuses and exit codes are given to them at the edge. */
export type ErrorCode =
  | 'NODE_TOO_OLD'
  | 'SQLITE_TOO_OLD'
  | 'USAGE'
  | 'CONFIG_INVALID'
  | 'DATA_FOLDER_UNUSABLE'
  | 'DATA_FORMAT_NEWER'
  | 'DATA_FILE_FOREIGN'
  | 'DISK_FULL'
  | 'STORAGE_FAILED'
  | 'DATA_FILE_DAMAGED'
  | 'LOG_DAMAGED'
  | 'LOG_REPLACED'
  | 'SHUTDOWN_TIMEOUT'
  | 'BACKUP_TARGET'
  | 'LOCKED'
  | 'PORT_IN_USE'
  | 'DEFINITION_INVALID'
  | 'CATALOGUE_INCOMPATIBLE'
  | 'LOCK_INVALID'
  | 'CHECK_FAILED'
  | 'EVENT_INVALID'
  | 'EVENT_TYPE_UNKNOWN'
  | 'EVENT_SCHEMA_NEWER'
  | 'UPCAST_FAILED'
  | 'VERSION_CONFLICT'
  | 'IMPORT_REJECTED'
  | 'PROJECTION_UNKNOWN'
  | 'PROJECTION_NOT_READY'
  | 'PROJECTION_STOPPED'
  | 'PROJECTION_PAUSED'
  | 'PROJECTOR_ENDED'
  | 'PROJECTOR_HANGS'
  | 'OPERATION_REFUSED'
  | 'VIEW_UNKNOWN'
  | 'COLUMN_UNKNOWN'
  | 'QUERY_INVALID'
  | 'QUERY_TOO_LARGE'
  | 'QUERY_UNKNOWN'
  | 'QUERY_TIMEOUT'
  | 'PARAMETER_INVALID'
  | 'VALUE_INVALID'
  | 'VALUE_OUT_OF_RANGE'
  | 'PATTERN_INVALID'
  | 'CURSOR_INVALID'
  | 'RELATION_UNKNOWN'
  | 'RELATION_AMBIGUOUS'
  | 'RELATED_ORDER_IMPOSSIBLE'
  | 'EMBED_UNKNOWN'
  | 'EMBED_FILTER_INVALID'
  | 'AGGREGATES_OFF'
  | 'AGGREGATE_IMPOSSIBLE'
  | 'RANGE_UNSATISFIABLE'
  | 'NOT_SINGULAR'
  | 'NOT_ACCEPTABLE'
  | 'PREFERENCE_INVALID'
  | 'REQUEST_INVALID'
  | 'BODY_INVALID'
  | 'URL_TOO_LONG'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'KEYS_UNAVAILABLE'
  | 'TOO_BUSY'
  | 'REQUEST_TIMEOUT'
  | 'CHECKPOINT_MOVED'
  | 'LOG_GAP'
  | 'GENERATION_DAMAGED'
  | 'NOTHING_TO_ROLL_BACK'
  | 'APPLY_FAILED'
  | 'EVENT_HANGS'
  | 'EVENT_ENDS_PROCESS'
  | 'EVENT_ENDS_THREAD'
  | 'PARK_LIMIT'
  | 'NOT_PARKED'
  | 'REASON_MISSING'
  | 'PROJECTION_BUSY'
  | 'BUILD_OUTDATED'
  | 'VERIFICATION_FAILED'
  | 'WAIT_TIMEOUT'
  | 'POSITION_AHEAD'
  | 'COPY_NOT_READY'
  | 'CLOSED'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'BODY_TOO_LARGE'
  | 'MEDIA_TYPE_UNSUPPORTED';

export interface ErrorDetails {
  /** What the reader can do about it, as an instruction. */
  readonly hint?: string | undefined;
  readonly evidence?: Evidence | undefined;
  /** More than the message says, as a sentence that a client may look for. */
  readonly details?: string | undefined;
  readonly cause?: unknown;
}

/** The one error class of the project: a stable `code`, a sentence, a hint, and evidence. */
export class ProjectionistError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly evidence: Evidence;
  readonly details: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'ProjectionistError';
    this.code = code;
    this.hint = details.hint;
    this.evidence = details.evidence ?? {};
    this.details = details.details;
  }
}

/** An error as data: what crosses a thread, is kept in the catalogue, or is printed with `--json`. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly evidence?: Evidence | undefined;
}

export function reportOf(error: unknown): ErrorReport {
  if (error instanceof ProjectionistError) {
    return { code: error.code, message: error.message, hint: error.hint, evidence: error.evidence };
  }
  if (error instanceof Error) {
    const code = (error as { code?: unknown }).code;
    return { code: typeof code === 'string' ? code : error.name, message: error.message };
  }
  return { code: 'UNKNOWN', message: String(error) };
}

export function errorFrom(report: ErrorReport): ProjectionistError {
  return new ProjectionistError(report.code as ErrorCode, report.message, {
    hint: report.hint,
    evidence: report.evidence,
  });
}
