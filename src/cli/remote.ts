import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { Catalog } from '../engine/catalog.ts';
import { inspect, isEngineRunning } from '../engine/inspect.ts';
import { type ErrorReport, errorFrom, ProjectionistError } from '../errors.ts';
import { Projectionist } from '../projectionist.ts';
import { definitionsNamed } from './definitions.ts';
import type { Io } from './io.ts';
import { ProgressDisplay } from './progress.ts';

export interface CommandResult {
  readonly projection: string;
  readonly generation: number;
}

type CommandName = 'rebuild' | 'rollback';

/**
 * Rebuilds or rolls back a projection: through the process that runs the data folder's projections where there is one,
 * and here otherwise. Resolves when the other generation is live.
 */
export async function runCommand(
  io: Io,
  config: Config,
  command: CommandName,
  projection: string,
): Promise<CommandResult> {
  const progress = new ProgressDisplay(io.error);
  const show = (): void => {
    const { head, projections } = inspect(config.data);
    const build = projections.find(({ name }) => name === projection)?.build;
    if (build) progress.show({ title: `Building ${projection}`, done: build.position, total: head });
  };
  try {
    return isEngineRunning(config.data)
      ? await ask(io, config, command, projection, show)
      : await runHere(config, command, projection, show);
  } finally {
    progress.end();
  }
}

async function runHere(
  config: Config,
  command: CommandName,
  projection: string,
  show: () => void,
): Promise<CommandResult> {
  const definitions = await definitionsNamed(config.projections, [projection]);
  await using projectionist = new Projectionist({ data: config.data, projections: [] }, definitions);
  projectionist.start();
  const timer = setInterval(show, SHOW_INTERVAL);
  try {
    return { projection, generation: await projectionist[command](projection) };
  } finally {
    clearInterval(timer);
  }
}

const SHOW_INTERVAL = 100;

/** Leaves the command in the catalogue, and waits for its answer. */
async function ask(
  io: Io,
  config: Config,
  command: CommandName,
  projection: string,
  show: () => void,
): Promise<CommandResult> {
  const catalog = new Catalog(join(config.data, 'catalog.db'));
  try {
    const id = catalog.commands.ask(command, projection, new Date());
    for (;;) {
      const { state, answer } = catalog.commands.find(id) ?? { state: 'failed', answer: 'null' };
      if (state === 'done')
        return { projection, ...(JSON.parse(answer as string) as { generation: number }) };
      if (state === 'failed') throw errorFrom(JSON.parse(answer as string) as ErrorReport);
      if (io.ended.aborted)
        throw new ProjectionistError('CLOSED', 'Interrupted; the running server goes on with it');
      if (!isEngineRunning(config.data))
        throw new ProjectionistError('CLOSED', 'The server ended before it was done', {
          hint: 'Run the command again: it then works without a server.',
        });
      show();
      await delay(SHOW_INTERVAL);
    }
  } finally {
    catalog.close();
  }
}
