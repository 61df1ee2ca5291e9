import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { ProjectionistError } from '../errors.ts';

/** A line without its newline: text or, where it is not UTF-8, its bytes. */
export type Line = string | Buffer;

const NEWLINE = 0x0a;
const LONGEST_LINE = 64 * 1024 * 1024;

/**
 * Splits bytes into lines, many at a time: an await for each line would cost more than reading it. Only a line feed
 * ends a line, since JSON text may contain U+2028 and lone carriage returns are white space to it. Throws IMPORT_REJECTED
 * where the input cannot be read, or a line is longer than 64 MiB.
 */
export async function* linesOf(input: Readable): AsyncGenerator<Line[]> {
  let unfinished: Buffer[] = [];
  let count = 0;
  for await (const bytes of chunksOf(input)) {
    const end = bytes.lastIndexOf(NEWLINE);
    if (end === -1) {
      unfinished.push(bytes);
      refuseLongLine(unfinished, count + 1);
      continue;
    }
    const lines = split(Buffer.concat([...unfinished, bytes.subarray(0, end)]));
    unfinished = [bytes.subarray(end + 1)];
    count += lines.length;
    yield lines;
  }
  const last = Buffer.concat(unfinished);
  if (last.length > 0) yield split(last);
}

async function* chunksOf(input: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of input) yield typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer);
  } catch (error) {
    if (error instanceof ProjectionistError) throw error;
    throw new ProjectionistError(
      'IMPORT_REJECTED',
      `The input cannot be read, so nothing was imported: ${(error as Error).message}`,
      {
        hint: 'Check that the file is there, readable and whole.',
        cause: error,
      },
    );
  }
}

function split(bytes: Buffer): Line[] {
  if (isUtf8(bytes)) return bytes.toString().split('\n');
  const lines: Line[] = [];
  for (let start = 0; start <= bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    const line = bytes.subarray(start, end);
    lines.push(isUtf8(line) ? line.toString() : line);
    start = end + 1;
  }
  return lines;
}

function refuseLongLine(pieces: readonly Buffer[], line: number): void {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length <= LONGEST_LINE) return;
  throw new ProjectionistError(
    'IMPORT_REJECTED',
    `Line ${line} is longer than 64 MiB, so nothing was imported`,
    {
      hint: 'The file must hold one JSON event a line.',
      evidence: { line },
    },
  );
}
