import type { Readable } from 'node:stream';
import { writeExactly } from '../exact-json.ts';

export interface TextOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** The process, as far as commands may see it. */
export interface Io {
  readonly out: TextOutput;
  readonly error: TextOutput;
  readonly input: Readable;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborts when the user or the system asks the process to end. */
  readonly ended: AbortSignal;
}

export function line(io: Io, text = ''): void {
  io.out.write(`${text}\n`);
}

export function json(io: Io, value: unknown): void {
  io.out.write(`${writeExactly(value, 2)}\n`);
}
