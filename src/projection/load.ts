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
  const found: { file: string; definition: Projection }[] = [];
  const url = freshUrl();
  for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' }).toSorted()) {
    const reason = reasonToIgnore(file);
    if (reason === 'silently') continue;
    if (reason !== undefined) ignored.push({ file, reason });
    else
      await importFile(join(directory, file), url, {
        found,
        ignored,
        problems,
        folder,
        directory,
        name: file,
      });
  }
  return assemble(found, ignored, problems, directory);
}

/** Loads one file's projection, in a thread of its own. */
export async function loadProjection(file: string): Promise<CompiledProjection> {
  const module = (await import(freshUrl()(file))) as { default?: unknown };
  if (!isProjection(module.default)) {
    throw new ProjectionistError('DEFINITION_INVALID', `${file} no longer declares a projection`, {
      evidence: { file },
    });
  }
  const { compiled, problems } = compile(module.default);
  if (compiled === undefined) throw definitionError(problems);
  return compiled;
}

/** The same for definitions that are handed over as objects. */
export function compileDefinitions(definitions: readonly Projection[]): Definitions {
  return assemble(
    definitions.map((definition) => ({ file: undefined, definition })),
    [],
    [],
    '',
  );
}

interface Findings {
  readonly found: { file: string; definition: Projection }[];
  readonly ignored: IgnoredFile[];
  readonly problems: Problem[];
  readonly folder: string;
  readonly directory: string;
  readonly name: string;
}

async function importFile(
  file: string,
  url: (file: string) => string,
  { found, ignored, problems, folder, directory, name }: Findings,
): Promise<void> {
  try {
    const module = (await import(url(file))) as { default?: unknown };
    if (isProjection(module.default)) found.push({ file, definition: module.default });
    // Where the catalogue stands is nothing to remark on.
    else if (Object.values(module).some(isCatalogue)) return;
    else if (module.default === undefined) ignored.push({ file: name, reason: 'it has no default export' });
    else ignored.push({ file: name, reason: 'its default export is not made by projection({ … })' });
  } catch (error) {
    const href = pathToFileURL(file).href;
    const problem = importProblem(error, { folder, directory, name, href });
    if (!problems.some((known) => describeProblem(known) === describeProblem(problem)))
      problems.push(problem);
  }
}

function reasonToIgnore(file: string): string | undefined {
  if (/(^|[\\/])node_modules[\\/]/.test(file) || !/\.\w+$/.test(basename(file)) || file === LOCK_FILE)
    return 'silently';
  if (/\.d\.[cm]?ts$/.test(file)) return 'it is a declaration file';
  if (/\.(test|spec)\.[cm]?[jt]s$/.test(file)) return 'it is a test';
  return /\.(ts|mts|js|mjs)$/.test(file) ? undefined : 'it is neither TypeScript nor an ES module';
}

function assemble(
  found: readonly { file: string | undefined; definition: Projection }[],
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
