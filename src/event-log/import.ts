import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ProjectionistError } from '../errors.ts';
import type { EventCheck } from './check-event.ts';
import type { CheckedEvent } from './event.ts';
import { type Line, linesOf } from './lines.ts';
import { parseJson } from './parse-json.ts';
import { type BadLine, Rejects } from './rejects.ts';

export type { BadLine } from './rejects.ts';

export interface ImportOptions {
  /** Import the good lines and write the others to `rejectFile`, in place of importing nothing. */
  readonly skipInvalid?: boolean | undefined;
  /** Where the bad lines go, as they came. Needed with `skipInvalid`. */
  readonly rejectFile?: string | undefined;
  readonly onProgress?: ((lines: number) => void) | undefined;
}

export interface ImportResult {
  readonly lines: number;
  readonly appended: number;
  readonly duplicates: number;
  /** The first bad lines; `badLines` counts them all. */
  readonly bad: readonly BadLine[];
  readonly badLines: number;
  readonly rejectFile: string | undefined;
  /** The greatest position among the events, new or known; 0 where there are none. */
  readonly position: number;
}

const PROGRESS_EVERY = 5000;
/** Bytes read at a time: some thousand lines, for some hundredths of a second. */
const CHUNK = 256 * 1024;

/** Opens an NDJSON file (gzipped, where its name ends in .gz) for `importLines`, which reports what cannot be read. */
export function openLines(file: string): Readable {
  const bytes = createReadStream(file, { highWaterMark: CHUNK });
  // An error before anybody reads must not end the process; it is kept, and met by whoever reads.
  if (!file.endsWith('.gz')) return bytes.on('error', () => {});
  return pipeline(bytes, createGunzip({ chunkSize: CHUNK }), () => {});
}

export interface ImportSink {
  append(event: CheckedEvent): { isDuplicate: boolean; position: number };
}

/** Reads NDJSON, checks every line and hands the good ones to `sink`. Throws IMPORT_REJECTED unless `skipInvalid`. */
export async function importLines(
  input: Readable,
  check: EventCheck,
  sink: ImportSink,
  options: ImportOptions,
): Promise<ImportResult> {
  const run = new ImportRun(check, sink, options);
  try {
    for await (const lines of linesOf(input)) run.take(lines);
  } finally {
    run.rejects.close();
  }
  return run.result();
}

class ImportRun {
  readonly rejects: Rejects;
  readonly #check: EventCheck;
  readonly #sink: ImportSink;
  readonly #options: ImportOptions;
  #lines = 0;
  #appended = 0;
  #duplicates = 0;
  #position = 0;

  constructor(check: EventCheck, sink: ImportSink, options: ImportOptions) {
    if (options.skipInvalid === true && options.rejectFile === undefined) {
      throw new ProjectionistError('USAGE', 'skipInvalid needs a rejectFile for the lines that are skipped');
    }
    this.rejects = new Rejects(options.skipInvalid === true ? options.rejectFile : undefined);
    this.#check = check;
    this.#sink = sink;
    this.#options = options;
  }

  take(lines: readonly Line[]): void {
    for (const line of lines) {
      this.#lines += 1;
      const event = this.#read(line);
      if (event !== undefined) this.#append(event);
      if (this.#lines % PROGRESS_EVERY === 0) this.#options.onProgress?.(this.#lines);
    }
  }

  result(): ImportResult {
    const { rejects } = this;
    if (rejects.count > 0 && this.#options.skipInvalid !== true) throw rejects.error();
    this.#options.onProgress?.(this.#lines);
    return {
      lines: this.#lines,
      appended: this.#appended,
      duplicates: this.#duplicates,
      bad: rejects.reported,
      badLines: rejects.count,
      rejectFile: rejects.file,
      position: this.#position,
    };
  }

  /** Undefined for a blank line and for a bad one. */
  #read(line: Line): CheckedEvent | undefined {
    try {
      const text = textOf(line);
      return text.trim() === '' ? undefined : this.#check(parseJson(text));
    } catch (error) {
      this.rejects.add(this.#lines, line, error);
      return undefined;
    }
  }

  #append(event: CheckedEvent): void {
    // All or nothing: after a bad line the others are only checked, so that the report names every bad one.
    if (this.rejects.count > 0 && this.#options.skipInvalid !== true) return;
    const { isDuplicate, position } = this.#sink.append(event);
    if (isDuplicate) this.#duplicates += 1;
    else this.#appended += 1;
    if (position > this.#position) this.#position = position;
  }
}

function textOf(line: Line): string {
  if (typeof line !== 'string') throw new ProjectionistError('EVENT_INVALID', 'not UTF-8 text');
  // A byte order mark stands at the start of a file, and of each part of a file that was put together.
  return line.charCodeAt(0) === 0xfeff ? line.slice(1) : line;
}
