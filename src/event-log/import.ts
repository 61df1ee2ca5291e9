import { createReadStream, createWriteStream, rmSync, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type ErrorReport, ProjectionistError, reportOf } from '../errors.ts';
import type { EventCheck } from './check-event.ts';
import type { CheckedEvent } from './event.ts';

/** A line that cannot become an event. */
export interface BadLine {
  /** Counted from 1. */
  readonly line: number;
  readonly reason: ErrorReport;
}

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
  readonly bad: readonly BadLine[];
  readonly badLines: number;
  readonly rejectFile: string | undefined;
  readonly position: number;
}

/** Bad lines kept for the report; the rest is only counted. */
const REPORTED_LINES = 20;
const LONGEST_LINE = 64 * 1024 * 1024;
const PROGRESS_EVERY = 5000;

/** Opens an NDJSON file (gzipped, where its name ends in .gz) as text lines. */
export function openLines(file: string): Readable {
  const bytes = createReadStream(file);
  if (!file.endsWith('.gz')) return bytes;
  const text = createGunzip();
  bytes.on('error', (error) => text.destroy(error));
  return bytes.pipe(text);
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
  const rejects = new Rejects(options);
  const counts = { lines: 0, appended: 0, duplicates: 0, position: 0 };
  try {
    for await (const line of linesOf(input)) {
      counts.lines += 1;
      if (line.trim() === '') continue;
      const event = rejects.guard(counts.lines, line, () => check(parse(line)));
      if (event !== undefined && (rejects.count === 0 || options.skipInvalid === true))
        tally(counts, sink.append(event));
      if (counts.lines % PROGRESS_EVERY === 0) options.onProgress?.(counts.lines);
    }
  } finally {
    await rejects.close();
  }
  if (rejects.count > 0 && options.skipInvalid !== true) throw rejects.error();
  options.onProgress?.(counts.lines);
  return { ...counts, bad: rejects.reported, badLines: rejects.count, rejectFile: rejects.file };
}

async function* linesOf(input: Readable): AsyncGenerator<string> {
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  // readline does not pass on its input's errors (a file that is not there, a damaged gzip).
  const failure = new Promise<never>((_, reject) => input.once('error', reject));
  failure.catch(() => {});
  const iterator = lines[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([iterator.next(), failure]);
    if (next.done === true) break;
    yield next.value;
  }
  if (input.errored !== null && input.errored !== undefined) throw input.errored;
}

function parse(line: string): unknown {
  if (line.length > LONGEST_LINE)
    throw new ProjectionistError('EVENT_INVALID', 'the line is longer than 64 MiB');
  try {
    return JSON.parse(line.charCodeAt(0) === 0xfeff ? line.slice(1) : line);
  } catch (error) {
    throw new ProjectionistError('EVENT_INVALID', `not JSON: ${(error as Error).message}`, { cause: error });
  }
}

function tally(
  counts: { appended: number; duplicates: number; position: number },
  event: { isDuplicate: boolean; position: number },
): void {
  if (event.isDuplicate) counts.duplicates += 1;
  else counts.appended += 1;
  counts.position = Math.max(counts.position, event.position);
}

class Rejects {
  readonly reported: BadLine[] = [];
  count = 0;
  readonly file: string | undefined;
  #out: WriteStream | undefined;

  constructor(options: ImportOptions) {
    this.file = options.skipInvalid === true ? options.rejectFile : undefined;
  }

  guard<T>(line: number, text: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.count += 1;
      if (this.reported.length < REPORTED_LINES) this.reported.push({ line, reason: reportOf(error) });
      if (this.file !== undefined) (this.#out ??= createWriteStream(this.file)).write(`${text}\n`);
      return undefined;
    }
  }

  async close(): Promise<void> {
    if (this.#out === undefined) return;
    this.#out.end();
    await once(this.#out, 'finish');
  }

  error(): ProjectionistError {
    const shown = this.reported.map(({ line, reason }) => `  line ${line}: ${reason.message}`);
    const more = this.count > shown.length ? [`  … and ${this.count - shown.length} more`] : [];
    return new ProjectionistError(
      'IMPORT_REJECTED',
      [
        `${this.count} ${this.count === 1 ? 'line' : 'lines'} cannot be imported, so nothing was`,
        ...shown,
        ...more,
      ].join('\n'),
      {
        hint: 'Correct the lines, or import the good ones with --skip-invalid.',
        evidence: { line: this.reported[0]?.line },
      },
    );
  }
}

/** Deletes a reject file of an earlier import, so that one that is there belongs to the last run. */
export function clearRejects(file: string): void {
  rmSync(file, { force: true });
}
