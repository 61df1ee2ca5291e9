import { existsSync, readdirSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type EventCatalogue, isCatalogue, mergeCatalogues } from '../event-log/catalogue.ts';
import { ProjectionistError } from '../errors.ts';
import { compile, type CompiledProjection } from './compile.ts';
import { isProjection, type Projection } from './define.ts';
import { doubleClaims } from './double-claims.ts';
import { freshUrl } from './fresh-import.ts';
import { importProblem } from './import-problem.ts';
import { LOCK_FILE } from './lock/catalogue-lock.ts';
import { definitionError, describeProblem, type Problem, problemFrom } from './problem.ts';

/** A projection and the file that declares it; no file where it was handed over as an object. */
export interface LoadedProjection {
  readonly file: string | undefined;
  readonly compiled: CompiledProjection;
}

export interface IgnoredFile {
  readonly file: string;
  readonly reason: string;
}

export interface Definitions {
  readonly projections: readonly LoadedProjection[];
  readonly catalogue: EventCatalogue;
  /** Files of the folder that declare no projection, and why they were passed over. */
  readonly ignored: readonly IgnoredFile[];
}

interface FoundProjection {
  readonly file: string | undefined;
  readonly definition: Projection;
}

/**
 * Loads every definition of a folder, each time from the files as they now are. Throws DEFINITION_INVALID with all
 * problems of all files.
 */
export async function loadDefinitions(folder: string): Promise<Definitions> {
  const directory = resolve(folder);
  if (!existsSync(directory)) {
    throw new ProjectionistError('DEFINITION_INVALID', `There is no folder ${folder}`, {
      hint: 'Run `projectionist init` to make one, or name another with --projections.',
      evidence: { file: folder },
    });
  }
  const problems: Problem[] = [];
  const ignored: IgnoredFile[] = [];
  const found: FoundProjection[] = [];
  const url = freshUrl();
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }).toSorted()) {
    const file = join(directory, name);
    try {
      const content = reasonToIgnore(name) ?? contentOf((await import(url(file))) as DefinitionModule);
      if (typeof content !== 'string') found.push({ file, definition: content });
      else if (content !== SILENTLY) ignored.push({ file: name, reason: content });
    } catch (error) {
      const problem = importProblem(error, { folder, directory, name, href: pathToFileURL(file).href });
      if (!problems.some((known) => describeProblem(known) === describeProblem(problem)))
        problems.push(problem);
    }
  }
  return assemble(found, ignored, problems, directory);
}

/** As `loadDefinitions`, for definitions that are handed over as objects. */
export function compileDefinitions(definitions: readonly Projection[]): Definitions {
  const found = definitions.map((definition) => ({ file: undefined, definition }));
  return assemble(found, [], [], '');
}

/** Loads one file's projection, in a thread of its own. */
export async function loadProjection(file: string): Promise<CompiledProjection> {
  const module = (await import(freshUrl()(file))) as DefinitionModule;
  if (!isProjection(module.default)) {
    throw new ProjectionistError('DEFINITION_INVALID', `${file} no longer declares a projection`, {
      evidence: { file },
    });
  }
  const { compiled, problems } = compile(module.default);
  if (compiled === undefined) throw definitionError(problems);
  return compiled;
}

interface DefinitionModule {
  readonly default?: unknown;
}

/** In place of a reason to pass a file over, where nobody would ask for one. */
const SILENTLY = 'silently';

/** The projection that a file declares, or why it is passed over. */
function contentOf(module: DefinitionModule): Projection | string {
  if (isProjection(module.default)) return module.default;
  if (Object.values(module).some(isCatalogue)) return SILENTLY;
  if (module.default === undefined) return 'it has no default export';
  return 'its default export is not made by projection({ … })';
}

function reasonToIgnore(file: string): string | undefined {
  if (/(^|[\\/])node_modules[\\/]/.test(file) || !/\.\w+$/.test(basename(file)) || file === LOCK_FILE)
    return SILENTLY;
  if (/\.d\.[cm]?ts$/.test(file)) return 'it is a declaration file';
  if (/\.(test|spec)\.[cm]?[jt]s$/.test(file)) return 'it is a test';
  return /\.(ts|mts|js|mjs)$/.test(file) ? undefined : 'it is neither TypeScript nor an ES module';
}

function assemble(
  found: readonly FoundProjection[],
  ignored: readonly IgnoredFile[],
  problems: Problem[],
  directory: string,
): Definitions {
  const projections: LoadedProjection[] = [];
  for (const { file, definition } of found) {
    const name = file === undefined ? undefined : relative(directory, file);
    const compilation = compile(definition);
    problems.push(...compilation.problems.map((problem) => ({ file: name, ...problem })));
    if (compilation.compiled !== undefined) projections.push({ file, compiled: compilation.compiled });
  }
  problems.push(...doubleClaims(found, directory));
  const catalogue = mergedCatalogue(
    found.map(({ definition }) => definition),
    problems,
  );
  if (problems.length > 0 || catalogue === undefined) throw definitionError(problems);
  return Object.freeze({ projections, catalogue, ignored });
}

function mergedCatalogue(
  definitions: readonly Projection[],
  problems: Problem[],
): EventCatalogue | undefined {
  try {
    return mergeCatalogues(
      definitions
        .map(({ events }) => events)
        .filter((events) => typeof events === 'object' && events !== null),
    );
  } catch (error) {
    problems.push(problemFrom(error, {}));
    return undefined;
  }
}
