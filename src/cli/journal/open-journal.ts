import type { Config } from '../../config.ts';
import type { Io } from '../io.ts';
import type { Journal } from './journal.ts';
import { jsonJournal } from './json-journal.ts';
import { textJournal } from './text-journal.ts';

/** Whether the journal is for programs to read: then nothing else is written to the output. */
export function isJson(io: Io, { logFormat }: Pick<Config, 'logFormat'>): boolean {
  return logFormat === 'json' || (logFormat === 'auto' && io.out.isTTY !== true);
}

/** The journal that the settings ask for: where they leave it open, text on a terminal and JSON everywhere else. */
export function openJournal(io: Io, { logFormat, logLevel }: Config, before: () => void): Journal {
  return isJson(io, { logFormat }) ? jsonJournal(io.out, logLevel) : textJournal(io, logLevel, before);
}
