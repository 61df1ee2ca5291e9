import { ProjectionistError } from '../../errors.ts';
import type { Definitions, LoadedProjection } from '../../projection/load.ts';
import { didYouMean } from '../../nearest.ts';
import { type KeeperContext, ProjectionKeeper } from './projection-keeper.ts';

/** The keepers of an engine's projections, by name. */
export class Keepers {
  readonly #context: KeeperContext;
  readonly #keepers = new Map<string, ProjectionKeeper>();
  #isStarted = false;

  constructor({ projections }: Definitions, context: KeeperContext) {
    this.#context = context;
    for (const loaded of projections) this.#add(loaded);
  }

  get all(): readonly ProjectionKeeper[] {
    return [...this.#keepers.values()];
  }

  /** The keeper of a projection. Throws PROJECTION_UNKNOWN. */
  of(name: string): ProjectionKeeper {
    const keeper = this.#keepers.get(name);
    if (keeper !== undefined) return keeper;
    const known = [...this.#keepers.keys()];
    throw new ProjectionistError('PROJECTION_UNKNOWN', `There is no projection ${name}`, {
      hint: `${didYouMean(name, known)}Defined are: ${known.join(', ') || 'none'}.`,
      evidence: { projection: name },
    });
  }

  /** Takes every projection up; what the catalogue knows and no definition names is told. */
  start(): void {
    this.#isStarted = true;
    for (const keeper of this.all) keeper.start();
    for (const name of this.#context.catalog.projections())
      if (!this.#keepers.has(name)) this.#context.announce({ kind: 'orphaned', projection: name });
  }

  /** Works by other definitions from now on, and lets go of what is gone. Answers the names of what is built. */
  async takeOver({ projections }: Definitions): Promise<string[]> {
    const names = new Set(projections.map(({ compiled }) => compiled.program.projection));
    const gone = this.all.filter(({ name }) => !names.has(name));
    for (const { name } of gone) this.#keepers.delete(name);
    const changed = projections.filter((loaded) => this.#take(loaded));
    await Promise.all(gone.map((keeper) => keeper.stop()));
    for (const { name } of gone) this.#context.announce({ kind: 'orphaned', projection: name });
    return changed.map(({ compiled }) => compiled.program.projection);
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((keeper) => keeper.stop()));
  }

  /** True where this makes a difference to the rows. */
  #take(loaded: LoadedProjection): boolean {
    const keeper = this.#keepers.get(loaded.compiled.program.projection);
    if (keeper !== undefined) return keeper.useDefinition(loaded);
    const added = this.#add(loaded);
    if (this.#isStarted) added.start();
    return true;
  }

  #add(loaded: LoadedProjection): ProjectionKeeper {
    const keeper = new ProjectionKeeper(loaded, this.#context);
    this.#keepers.set(keeper.name, keeper);
    return keeper;
  }
}
