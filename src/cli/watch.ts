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

export interface Watched {
  readonly folder: string;
  readonly projectionist: Projectionist;
  /** What has come to be said of views without a policy. */
  readonly policies: () => string | undefined;
  /** Tells what came of a save: an error where the definitions cannot be used. */
  readonly say: (level: Level, text: string) => void;
}

/** Loads the definitions again whenever one of their files changes; a mistake in one leaves everything as it was. */
export function watchDefinitions(watched: Watched): FSWatcher {
  const { folder, say } = watched;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const watcher = watch(folder, { ignoreInitial: true, ignored: isForeign });
  watcher.on('all', (event, path) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(() => reload(`${path} ${PAST[event] ?? 'saved'}`, watched));
    }, QUIET);
  });
  // Until it has looked at every file it misses what is saved.
  watcher.on('ready', () => say('info', `Watching ${folder} for changes`));
  return watcher;
}

/** What no definition is in: editors keep their own files beside those that they save. */
function isForeign(path: string, stats?: Stats): boolean {
  if (/[\\/]node_modules([\\/]|$)/.test(path) || basename(path) === LOCK_FILE) return true;
  return stats?.isFile() === true && !/\.([cm]?[jt]s|json)$/.test(path);
}

async function reload(what: string, { folder, projectionist, policies, say }: Watched): Promise<void> {
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
    for (const warning of [lockWarning(folder, projectionist), policies()])
      if (warning !== undefined) say('warn', warning);
  } catch (error) {
    const { message, hint } = reportOf(error);
    say(
      'error',
      `${what}, and nothing was changed:\n${message}${hint === undefined ? '' : `\nTry: ${hint}`}`,
    );
  }
}
