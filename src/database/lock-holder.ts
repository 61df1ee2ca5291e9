import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { argv, pid } from 'node:process';

/** Who holds a lock: for people to read. The lock itself does not depend on it. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly since: string;
  /** The program and its first argument; the others may be nobody's business. */
  readonly command: string;
}

/** The note beside a lock's file. */
const noteOf = (lock: string): string => `${lock}.json`;

/** Notes down that this process holds the lock. A disk that has no room for it takes nothing from the lock. */
export function noteHolder(lock: string): void {
  const holder: LockHolder = { pid, host: hostname(), since: new Date().toISOString(), command: command() };
  const note = noteOf(lock);
  try {
    // Renamed into place: whoever reads it reads all of it.
    writeFileSync(`${note}.new`, `${JSON.stringify(holder)}\n`);
    renameSync(`${note}.new`, note);
  } catch {
    forgetHolder(lock);
  }
}

export function forgetHolder(lock: string): void {
  try {
    for (const file of [noteOf(lock), `${noteOf(lock)}.new`]) rmSync(file, { force: true });
  } catch {
    // A note that stays behind is not read while nobody holds the lock.
  }
}

/** Who holds the lock, as far as is known. */
export function readHolder(lock: string): LockHolder | undefined {
  try {
    const { pid, host, since, command } = JSON.parse(readFileSync(noteOf(lock), 'utf8')) as LockHolder;
    return { pid, host, since, command };
  } catch {
    return undefined;
  }
}

/** Such as `process 4711 on shop-1, since 2026-01-31T12:00:00.000Z: projectionist start`. */
export function describeHolder({ pid, host, since, command }: LockHolder): string {
  return `process ${pid} on ${host}, since ${since}: ${command}`;
}

function command(): string {
  const [runtime = 'node', script, argument] = argv;
  if (script === undefined) return basename(runtime);
  const name = basename(script).replace(/\.[cm]?[jt]s$/, '');
  return argument === undefined || argument.startsWith('-') ? name : `${name} ${argument.slice(0, 100)}`;
}
