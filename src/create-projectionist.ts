import type { Projectionist } from './projectionist.ts';
import type { ProjectionistOptions } from './projectionist-options.ts';

/** A fault that nobody hears of must not go unseen, as with a server of Node's or Express. */
function reportOnConsole(error: unknown): void {
  // oxlint-disable-next-line no-console -- the program that embeds this one has said nothing else
  console.error(error);
}

/**
 * Opens a data folder and its projections; `start()` sets them to work. Throws DEFINITION_INVALID, LOCKED or
 * DATA_FOLDER_UNUSABLE, and then has opened nothing.
 */
export async function createProjectionist(options: ProjectionistOptions = {}): Promise<Projectionist> {
  const { projections = 'projections' } = options;
  // Only here: definition files import this package too, and need neither the engine nor the HTTP side.
  const { checkDefinitions, loadCheckedDefinitions } = await import('./checked-definitions.ts');
  const { Projectionist } = await import('./projectionist.ts');
  const definitions =
    typeof projections === 'string'
      ? await loadCheckedDefinitions(projections)
      : checkDefinitions(projections);
  return new Projectionist({ onFault: reportOnConsole, ...options }, definitions);
}
