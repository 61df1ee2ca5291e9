import { CommanderError } from 'commander';
import { storageError } from '../database/storage-error.ts';
import { ProjectionistError, reportOf } from '../errors.ts';
import type { Io } from './io.ts';
import { createProgram } from './program.ts';
import { isTold } from './told.ts';

/** Runs the command line and answers the exit code: 0, 1 failed, 2 used wrongly. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    await createProgram(io).parseAsync(argv, { from: 'user' });
    return 0;
  } catch (thrown) {
    // What SQLite says of a full or read-only disk where nobody has put it into words.
    const error = storageError(thrown, 'the data folder');
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!isTold(thrown)) printError(io, error, argv.includes('--json'));
    return error instanceof ProjectionistError && (error.code === 'USAGE' || error.code === 'CONFIG_INVALID')
      ? 2
      : 1;
  }
}

function printError(io: Io, error: unknown, asJson: boolean): void {
  const report = reportOf(error);
  if (asJson) io.error.write(`${JSON.stringify({ error: report })}\n`);
  else {
    io.error.write(`Error: ${report.message}\n`);
    if (report.evidence?.row !== undefined) io.error.write(`Row: ${report.evidence.row}\n`);
    if (report.hint !== undefined) io.error.write(`Try: ${report.hint}\n`);
    // Something that nobody foresaw: its stack is what a report of it needs.
    if (!(error instanceof ProjectionistError) && error instanceof Error) io.error.write(`${error.stack}\n`);
  }
}
