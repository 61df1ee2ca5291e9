/** An event as a caller hands it over: one line of an NDJSON file, or one element of `append`. */
export interface NewEvent {
  /** Identity for deduplication; a UUIDv7 is made where it is missing. */
  readonly id?: string | undefined;
  readonly stream: string;
  readonly type: string;
  /** ISO 8601 with a zone; now where it is missing. Kept in UTC with milliseconds, so that times sort as text. */
  readonly time?: string | undefined;
  /**
   * Anything that JSON can hold. Numbers are doubles, so a whole number beyond 2^53 loses digits before it gets here:
   * write such a number as text. Text must be well-formed Unicode; 1000 levels and 64 Mi characters are the most.
   */
  readonly data: unknown;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** The schema version that `data` is written in; the catalogue's current one where it is missing. */
  readonly schemaVersion?: number | undefined;
}

/** An event as the log holds it. */
export interface RecordedEvent<Data = unknown> {
  /** Place in the log, from 1, without gaps. */
  readonly position: number;
  readonly id: string;
  readonly stream: string;
  /** Place in its stream, from 1, without gaps. */
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly time: string;
  readonly data: Data;
  readonly metadata: Readonly<Record<string, unknown>> | null;
}

/** An event that passed every check and is ready to be written: JSON as text. */
export interface CheckedEvent {
  readonly id: string;
  readonly stream: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly time: string;
  readonly data: string;
  readonly metadata: string | null;
}
