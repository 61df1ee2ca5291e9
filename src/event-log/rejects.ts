import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { type ErrorReport, ProjectionistError, reportOf } from '../errors.ts';
import type { Line } from './lines.ts';

/** A line that cannot become an event. */
export interface BadLine {
  /** Counted from 1. */
  readonly line: number;
  readonly reason: ErrorReport;
}

/** Bad lines kept for the report; the rest is only counted. */
const REPORTED_LINES = 20;

/** Collects the bad lines of an import and writes them, as they came, to a file. */
export class Rejects {
  readonly reported: BadLine[] = [];
  count = 0;
  readonly file: string | undefined;
  #descriptor: number | undefined;

  /** Deletes what an earlier import left in `file`: one that is there belongs to this one. */
  constructor(file: string | undefined) {
    this.file = file;
    if (file !== undefined) withFile(file, () => rmSync(file, { force: true }));
  }

  add(line: number, text: Line, error: unknown): void {
    this.count += 1;
    if (this.reported.length < REPORTED_LINES) this.reported.push({ line, reason: reportOf(error) });
    if (this.file !== undefined) this.#write(this.file, text);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  error(): ProjectionistError {
    const shown = this.reported.map(({ line, reason }) => `  line ${line}: ${reason.message}`);
    const more = this.count > shown.length ? [`  … and ${this.count - shown.length} more`] : [];
    const lines = this.count === 1 ? 'line' : 'lines';
    return new ProjectionistError(
      'IMPORT_REJECTED',
      [`${this.count} ${lines} cannot be imported, so nothing was`, ...shown, ...more].join('\n'),
      {
        hint: 'Correct the lines, or import the good ones with --skip-invalid.',
        evidence: { line: this.reported[0]?.line },
      },
    );
  }

  #write(file: string, text: Line): void {
    const bytes =
      typeof text === 'string' ? Buffer.from(`${text}\n`) : Buffer.concat([text, Buffer.from('\n')]);
    withFile(file, () => {
      this.#descriptor ??= openSync(file, 'w');
      for (let written = 0; written < bytes.length;) written += writeSync(this.#descriptor, bytes, written);
    });
  }
}

function withFile(file: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new ProjectionistError(
      'IMPORT_REJECTED',
      `The rejected lines cannot be written to ${file}, so nothing was imported`,
      {
        hint: 'Choose a file in a folder that this user may write to.',
        evidence: { file },
        cause: error,
      },
    );
  }
}
