import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProjectionistError } from './errors.ts';
import type { EventCatalogue } from './event-log/catalogue.ts';
import {
  type CatalogueLock,
  LOCK_FILE,
  lockOf,
  lockText,
  parseLock,
} from './projection/lock/catalogue-lock.ts';
import { type Compatibility, compareWithLock, type RefusedChange } from './projection/lock/compare-lock.ts';

/** A catalogue beside the lock in its folder. */
export interface LockState extends Compatibility {
  readonly file: string;
  /** missing: there is no file; current: it says what the catalogue says; outdated: the catalogue has changed since. */
  readonly state: 'missing' | 'current' | 'outdated';
}

/** Compares a catalogue with the lock in the folder of its definitions. Throws LOCK_INVALID. */
export function readLockState(folder: string, catalogue: EventCatalogue): LockState {
  const file = join(folder, LOCK_FILE);
  const lock = readLock(file);
  if (lock === undefined) return { ...compareWithLock(lockOf(catalogue), catalogue), file, state: 'missing' };
  const isCurrent = lockText(lock) === lockText(lockOf(catalogue, lock));
  return { ...compareWithLock(lock, catalogue), file, state: isCurrent ? 'current' : 'outdated' };
}

/** Writes the lock of a catalogue into the folder of its definitions. Throws CATALOGUE_INCOMPATIBLE, and LOCK_INVALID. */
export function writeLock(folder: string, catalogue: EventCatalogue): LockState {
  const state = readLockState(folder, catalogue);
  requireCompatible(state);
  writeFileSync(state.file, lockText(lockOf(catalogue, readLock(state.file))));
  return state;
}

function readLock(file: string): CatalogueLock | undefined {
  return existsSync(file) ? parseLock(readFileSync(file, 'utf8'), file) : undefined;
}

/** Throws CATALOGUE_INCOMPATIBLE, naming every change that events written before do not survive. */
export function requireCompatible({ refused, file }: LockState): void {
  const [first] = refused;
  if (first === undefined) return;
  const count = refused.length === 1 ? '1 change' : `${refused.length} changes`;
  throw new ProjectionistError(
    'CATALOGUE_INCOMPATIBLE',
    [
      `${count} to the catalogue since ${file} that events written before do not survive`,
      ...refused.map(describe),
    ].join('\n'),
    {
      hint: `Correct each of them, then \`projectionist check --lock\`. Where no event was written yet, delete the type's entry in ${file} first.`,
      evidence: { file, eventType: first.eventType, field: first.field },
    },
  );
}

function describe({ eventType, field, what, hint }: RefusedChange): string {
  return `  ${eventType}${field === undefined ? '' : `: ${field}`} ${what}\n    try: ${hint}`;
}
