import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setInterval as ticks } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { createProjectionist } from '../create-projectionist.ts';
import { ProjectionistError } from '../errors.ts';
import { type ImportResult, openLines } from '../event-log/import.ts';
import { checkExposure } from '../http/exposure.ts';
import { type RunningServer, serve } from '../http/serve.ts';
import type { Projectionist } from '../projectionist.ts';
import { BuildProgress, inJournal, onDisplay } from './build-progress.ts';
import { exampleRequests } from './examples.ts';
import type { Io, TextOutput } from './io.ts';
import type { Journal, Level } from './journal/journal.ts';
import { isJson, openJournal } from './journal/open-journal.ts';
import { lockWarning } from './lock-report.ts';
import { grouped } from './numbers.ts';
import { policyWarnings } from './policy-report.ts';
import { ProgressDisplay } from './progress.ts';
import { shutDown } from './shut-down.ts';
import { markTold } from './told.ts';
import { watchDefinitions } from './watch.ts';

export interface ServerOptions {
  readonly seed: string | undefined;
  readonly isWatching: boolean;
}

/** Where a bar goes that nobody is to see. */
const NOWHERE: TextOutput = { write: () => true };

/** Runs projections and HTTP API until the process is asked to end. */
export async function runServer(io: Io, config: Config, options: ServerOptions): Promise<void> {
  const warning = checkExposure(config);
  const isQuiet = config.logLevel !== 'info' && config.logLevel !== 'debug';
  const progress = new ProgressDisplay(isQuiet || isJson(io, config) ? NOWHERE : io.out);
  const journal = openJournal(io, config, () => progress.clear());
  if (warning !== undefined) journal.write('warn', 'server.open', warning);
  try {
    await serveUntilEnded({ io, config, options, progress, journal });
    journal.write('debug', 'server.stopped', 'Stopped');
  } catch (error) {
    if (journal.ends(error)) markTold(error);
    throw error;
  }
}

interface Setting {
  readonly io: Io;
  readonly config: Config;
  readonly options: ServerOptions;
  readonly progress: ProgressDisplay;
  readonly journal: Journal;
}

async function serveUntilEnded({ io, config, options, progress, journal }: Setting): Promise<void> {
  const display = isJson(io, config) ? inJournal(journal) : onDisplay(progress);
  const builds = new BuildProgress(display, io.ended);
  const projectionist = await createProjectionist({
    ...config,
    announce: (notice) => {
      journal.notice(notice);
      if (notice.kind === 'build-started') builds.begin(() => projectionist.status());
    },
    onFault: (error) => journal.fault(error),
    onIncident: (incident) => journal.incident(incident),
  });
  let server: RunningServer | undefined;
  try {
    const lock = lockWarning(config.projections, projectionist);
    if (lock !== undefined) journal.write('warn', 'definitions.lock', lock);
    const policies = policyWarnings(projectionist);
    const policy = policies();
    if (policy !== undefined) journal.write('warn', 'definitions.policy', policy);
    if (options.seed !== undefined) await seed(io, projectionist, options.seed, progress, journal);
    if (io.ended.aborted) return;
    server = await serve(projectionist.app, config);
    journal.write('info', 'server.listening', `Listening on ${server.url}`, { url: server.url });
    projectionist.start();
    await settled(projectionist, io.ended);
    if (!io.ended.aborted) journal.write('info', 'server.ready', exampleRequests(server.url, projectionist));
    const say = (level: Level, text: string): void => journal.write(level, 'definitions.watch', text);
    const watcher = options.isWatching
      ? watchDefinitions({ folder: config.projections, projectionist, policies, say })
      : undefined;
    if (!io.ended.aborted) await once(io.ended, 'abort');
    journal.write('info', 'server.stopping', 'Stopping', { seconds: config.shutdownSeconds });
    await watcher?.close();
  } finally {
    await shutDown({ projectionist, server }, config.shutdownSeconds);
  }
}

async function seed(
  io: Io,
  projectionist: Projectionist,
  file: string,
  progress: ProgressDisplay,
  journal: Journal,
): Promise<void> {
  if (projectionist.log.head() > 0) return;
  if (!existsSync(file))
    throw new ProjectionistError('USAGE', `There is no file ${file}`, { hint: 'Check --seed.' });
  const title = `Importing ${file}`;
  const input = openLines(file);
  const interrupt = (): unknown => input.destroy(new ProjectionistError('CLOSED', 'Interrupted'));
  io.ended.addEventListener('abort', interrupt);
  let result: ImportResult;
  try {
    result = await projectionist.importLines(input, {
      onProgress: (lines) => progress.show({ title, done: lines, total: undefined }),
    });
  } catch (error) {
    if (!io.ended.aborted) throw error;
    return journal.write('info', 'import.interrupted', 'Interrupted; nothing was imported');
  } finally {
    io.ended.removeEventListener('abort', interrupt);
    progress.end();
  }
  const text = `Imported ${grouped(result.appended)} events from ${file}`;
  journal.write('info', 'import.done', text, { events: result.appended });
}

/** Resolves when every projection has something to answer with, or has failed to. */
async function settled(projectionist: Projectionist, ended: AbortSignal): Promise<void> {
  for await (const _ of ticks(50)) {
    const isSettled = projectionist
      .status()
      .every(({ generation, state }) => generation !== null || state === 'stopped' || state === 'paused');
    if (isSettled || ended.aborted) break;
  }
}
