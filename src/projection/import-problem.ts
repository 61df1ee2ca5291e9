import { isAbsolute, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MARK, withoutMark } from './fresh-import.ts';
import { type Problem, problemFrom } from './problem.ts';

/** A definition file that could not be imported. */
interface FailedImport {
  /** As the user names it. */
  readonly folder: string;
  readonly directory: string;
  /** Within the folder. */
  readonly name: string;
  readonly href: string;
}

/**
 * What an import failed with, as a problem of the file in which it is: of files that import a broken one, each fails with
 * the same error, which is no news of theirs.
 */
export function importProblem(error: unknown, { folder, directory, name, href }: FailedImport): Problem {
  const place = importPlace((error as Error).stack ?? '', href);
  if (place === undefined) return problemFrom(error, { file: name });
  const file = relative(directory, place.file);
  const problem = problemFrom(error, { file });
  const look = `Look at ${join(folder, file)}:${place.line}.`;
  return { ...problem, hint: problem.hint === undefined ? look : `${problem.hint} ${look}` };
}

interface Place {
  readonly file: string;
  readonly line: string;
}

/**
 * Where Node could not read a file, which it says first; or the first line of the imported file that the error came
 * through; or of any file that is no package's.
 */
export function importPlace(stack: string, href: string): Place | undefined {
  const [first = '', ...frames] = stack.split('\n');
  const frame =
    frames.find((each) => withoutMark(each).includes(`${href}:`)) ??
    frames.find((each) => each.includes(`?${MARK}=`)) ??
    '';
  return (
    placeIn(/^(.+):(\d+)$/.exec(withoutMark(first))) ??
    placeIn(/(file:.+):(\d+):\d+\)?$/.exec(withoutMark(frame)))
  );
}

/** Node writes a path or a URL; what looks like neither is a message. */
function placeIn(match: RegExpExecArray | null): Place | undefined {
  const [, at = '', line = ''] = match ?? [];
  if (at.startsWith('file:')) return { file: fileURLToPath(at), line };
  return isAbsolute(at) ? { file: at, line } : undefined;
}
