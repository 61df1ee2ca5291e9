import type { Stats } from 'node:fs';
import { basename } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { reportOf } from '../errors.ts';
import { LOCK_FILE } from '../projection/lock/catalogue-lock.ts';
import type { Projectionist } from '../projectionist.ts';
import type { Level } from './journal/journal.ts';
import { lockWarning } from './lock-report.ts';
import { duration } from './numbers.ts';

/** Milliseconds of quiet after a save: editors write a file in several steps. */
const QUIET = 60;

/** What has been done to a file, by chokidar's name of it. */
const PAST: Readonly<Record<string, string>> = { unlink: 'removed', unlinkDir: 'removed' };

/** Tells what came of a save: an error where the definitions cannot be used. */
type Say = (level: Level, text: string) => void;

/** Loads the definitions again whenever one of their files changes; a mistake in one leaves everything as it was. */
export function watchDefinitions(folder: string, projectionist: Projectionist, say: Say): FSWatcher {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const watcher = watch(folder, { ignoreInitial: true, ignored: isForeign });
  watcher.on('all', (event, path) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(() => reload(`${path} ${PAST[event] ?? 'saved'}`, folder, projectionist, say));
    }, QUIET);
  });
  say('info', `Watching ${folder} for changes`);
  return watcher;
}

/** What no definition is in: editors keep their own files beside those that they save. */
function isForeign(path: string, stats?: Stats): boolean {
  if (/[\\/]node_modules([\\/]|$)/.test(path) || basename(path) === LOCK_FILE) return true;
  return stats?.isFile() === true && !/\.([cm]?[jt]s|json)$/.test(path);
}

async function reload(what: string, folder: string, projectionist: Projectionist, say: Say): Promise<void> {
  const started = performance.now();
  try {
    const changed = await projectionist.reload();
    const seconds = duration((performance.now() - started) / 1000);
    say(
      'info',
      changed.length === 0
        ? `${what}: no program changed (${seconds})`
        : `${what}: ${changed.join(', ')} changed (${seconds})`,
    );
    const lock = lockWarning(folder, projectionist);
    if (lock !== undefined) say('warn', lock);
  } catch (error) {
    const { message, hint } = reportOf(error);
    say(
      'error',
      `${what}, and nothing was changed:\n${message}${hint === undefined ? '' : `\nTry: ${hint}`}`,
    );
  }
}
