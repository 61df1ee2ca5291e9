import { type LockState, readLockState, requireCompatible } from '../catalogue-lock.ts';
import { reportOf } from '../errors.ts';
import type { Projectionist } from '../projectionist.ts';
import type { CatalogueChange } from '../projection/lock/compare-lock.ts';

/** What a server says about a catalogue that has changed since it was locked; undefined where there is nothing to say. */
export function lockWarning(folder: string, { log }: Projectionist): string | undefined {
  if (log.catalogue === undefined) return undefined;
  try {
    requireCompatible(readLockState(folder, log.catalogue));
    return undefined;
  } catch (error) {
    const { message, hint } = reportOf(error);
    return `Warning: ${message}${hint === undefined ? '' : `\n  Try: ${hint}`}`;
  }
}

/** The lock as lines of text, for `check`. */
export function describeLock(lock: LockState, isWritten: boolean): string[] {
  const { file, accepted, unchecked } = lock;
  return [
    ...heading(lock, isWritten),
    ...accepted.map((change) => `  ${describeChange(change)}`),
    ...unchecked.map(
      (type) =>
        `${type}: its schema's library tells no JSON Schema, so only its version is compared with ${file}`,
    ),
  ];
}

function heading({ file, state }: LockState, isWritten: boolean): string[] {
  if (isWritten) return [state === 'current' ? `${file} says so already` : `Wrote ${file}`];
  if (state === 'current') return [`The catalogue is that of ${file}.`];
  if (state === 'missing')
    return [
      `There is no ${file}: \`projectionist check --lock\` writes it; then changes that written events do not survive are refused.`,
    ];
  return [
    `The catalogue has changed since ${file}, and is compatible (\`projectionist check --lock\` records it):`,
  ];
}

/** A change as a sentence. */
function describeChange({ eventType, field, what }: CatalogueChange): string {
  return `${eventType}${field === undefined ? '' : `: ${field}`} ${what}`;
}
