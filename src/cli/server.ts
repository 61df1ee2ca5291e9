import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setInterval as ticks } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { createProjectionist } from '../create-projectionist.ts';
import { ProjectionistError, reportOf } from '../errors.ts';
import { type ImportResult, openLines } from '../event-log/import.ts';
import { checkExposure } from '../http/exposure.ts';
import { type RunningServer, serve } from '../http/serve.ts';
import type { Projectionist } from '../projectionist.ts';
import { exampleRequests } from './examples.ts';
import { type Io, line } from './io.ts';
import { lockWarning } from './lock-report.ts';
import { describeNotice } from './notices.ts';
import { grouped } from './numbers.ts';
import { ProgressDisplay } from './progress.ts';
import { shutDown } from './shut-down.ts';
import { watchDefinitions } from './watch.ts';

export interface ServerOptions {
  readonly seed: string | undefined;
  readonly isWatching: boolean;
}

/** Runs projections and HTTP API until the process is asked to end. */
export async function runServer(io: Io, config: Config, options: ServerOptions): Promise<void> {
  const warning = checkExposure(config);
  if (warning !== undefined) line(io, warning);
  const progress = new ProgressDisplay(io.out);
  const say = (text: string): void => {
    progress.end();
    line(io, text);
  };
  const projectionist = await createProjectionist({
    ...config,
    announce: (notice) => say(describeNotice(notice)),
    onFault: (error) => printFault(io, error),
  });
  let server: RunningServer | undefined;
  try {
    const lock = lockWarning(config.projections, projectionist);
    if (lock !== undefined) say(lock);
    if (options.seed !== undefined) await seed(io, projectionist, options.seed, progress);
    if (io.ended.aborted) return;
    server = await serve(projectionist.app, config);
    say(`Listening on ${server.url}`);
    projectionist.start();
    await showBuilds(projectionist, progress, io.ended);
    if (!io.ended.aborted) say(exampleRequests(server.url, projectionist));
    const watcher = options.isWatching ? watchDefinitions(config.projections, projectionist, say) : undefined;
    if (!io.ended.aborted) await once(io.ended, 'abort');
    say('Stopping');
    await watcher?.close();
  } finally {
    await shutDown({ projectionist, server }, config.shutdownSeconds);
  }
}

/** What nobody foresaw comes with its stack, which a report of it needs. */
function printFault(io: Io, error: unknown): void {
  const { message, hint } = reportOf(error);
  if (error instanceof ProjectionistError)
    io.error.write(`Error: ${message}\n${hint === undefined ? '' : `Try: ${hint}\n`}`);
  else io.error.write(`Error: ${error instanceof Error ? error.stack : message}\n`);
}

async function seed(
  io: Io,
  projectionist: Projectionist,
  file: string,
  progress: ProgressDisplay,
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
    return line(io, 'Interrupted; nothing was imported');
  } finally {
    io.ended.removeEventListener('abort', interrupt);
    progress.end();
  }
  line(io, `Imported ${grouped(result.appended)} events from ${file}`);
}

/** Shows the builds that are under way until every projection has something to answer with, or has failed to. */
async function showBuilds(
  projectionist: Projectionist,
  progress: ProgressDisplay,
  ended: AbortSignal,
): Promise<void> {
  for await (const _ of ticks(50)) {
    const statuses = projectionist.status();
    const building = statuses.find(({ build }) => build !== null);
    if (building?.build)
      progress.show({
        title: `Building ${building.name}`,
        done: building.build.position,
        total: building.head,
      });
    const isSettled = statuses.every(
      ({ generation, state }) => generation !== null || state === 'stopped' || state === 'paused',
    );
    if (isSettled || ended.aborted) break;
  }
  progress.end();
}
