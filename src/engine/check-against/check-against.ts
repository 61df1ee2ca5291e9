import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProjectionistError } from '../../errors.ts';
import type { EventCatalogue } from '../../event-log/catalogue.ts';
import type { LoadedProjection } from '../../projection/load.ts';
import { checkSchemas } from './check-schemas.ts';
import { type Finding, Findings } from './findings.ts';
import { eventSourceAt, type LogToCheck, logOfLines, openLogToCheck } from './log-to-check.ts';
import { runOnScratch, type ScratchResult } from './scratch-run.ts';

export interface AgainstOptions {
  /** So many events of each type against their schemas, and so many of the log's first ones through the programs. */
  readonly sample?: number | undefined;
  readonly onProgress?: (progress: AgainstProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface AgainstProgress {
  readonly title: string;
  readonly done: number;
  /** Undefined where nobody knows. */
  readonly total: number | undefined;
}

/** What the definitions make of the events that are there. */
export interface AgainstReport {
  /** The log's last position. */
  readonly head: number;
  /** Events that were held against their schemas. */
  readonly checked: number;
  readonly projections: readonly ScratchResult[];
  readonly findings: readonly Finding[];
  /** Types that the catalogue lacks. No projection reads them, so nothing fails. */
  readonly unknownTypes: readonly { readonly type: string; readonly events: number }[];
}

interface Checked {
  readonly projections: readonly LoadedProjection[];
  readonly catalogue: EventCatalogue;
}

/**
 * Runs the events of a data folder, a log or an NDJSON file through the catalogue (upcasters and schemas) and through
 * the programs, and reports what fails. The log is only read, beside its server too; views are built in a temporary
 * folder. Throws USAGE, DATA_FOLDER_UNUSABLE, DATA_FILE_FOREIGN, CLOSED, and storage errors.
 */
export async function checkAgainst(
  source: string,
  definitions: Checked,
  options: AgainstOptions = {},
): Promise<AgainstReport> {
  const found = eventSourceAt(source);
  const folder = mkdtempSync(join(tmpdir(), 'projectionist-check-'));
  const findings = new Findings();
  try {
    const log =
      'log' in found
        ? openLogToCheck(found.log)
        : await logOfLines(found.lines, join(folder, 'log.db'), definitions.catalogue, {
            findings,
            onProgress: (done) => options.onProgress?.({ title: 'Reading', done, total: undefined }),
            signal: options.signal,
          });
    try {
      return await new Check(log, folder, findings, options).run(definitions);
    } finally {
      log.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class Check {
  readonly #log: LogToCheck;
  readonly #folder: string;
  readonly #findings: Findings;
  readonly #options: AgainstOptions;

  constructor(log: LogToCheck, folder: string, findings: Findings, options: AgainstOptions) {
    this.#log = log;
    this.#folder = folder;
    this.#findings = findings;
    this.#options = options;
  }

  async run({ projections, catalogue }: Checked): Promise<AgainstReport> {
    const { reader, path } = this.#log;
    const { sample } = this.#options;
    // What is appended from here on is left to the next check.
    const head = reader.head();
    const types = reader.types();
    const checked = await this.#drain(
      checkSchemas(reader, catalogue, { head, sample }, this.#findings),
      'Checking schemas',
      sample === undefined
        ? sumOf(types)
        : sumOf(types.map(({ type, events }) => ({ type, events: Math.min(events, sample) }))),
    );
    const results: ScratchResult[] = [];
    const to = Math.min(head, sample ?? head);
    for (const { compiled } of projections) {
      const { projection } = compiled.program;
      const order = { compiled, log: { path, id: reader.id() }, to, findings: this.#findings };
      const run = runOnScratch({ ...order, path: join(this.#folder, `${projection}.db`) });
      results.push(await this.#drain(run, `Applying to ${projection}`, to));
    }
    const unknownTypes = types.filter(({ type }) => !Object.hasOwn(catalogue.events, type));
    return { head, checked, projections: results, findings: this.#findings.list(), unknownTypes };
  }

  /** Runs work to its end, with a turn of the event loop between its steps. */
  async #drain<Result>(work: Generator<number, Result>, title: string, total: number): Promise<Result> {
    try {
      for (;;) {
        const { value, done } = work.next();
        if (done === true) return value;
        this.#options.onProgress?.({ title, done: value, total });
        await new Promise((resolve) => setImmediate(resolve));
        if (this.#options.signal?.aborted === true)
          throw new ProjectionistError('CLOSED', 'Interrupted; the check is not done');
      }
    } finally {
      // Closes what it has open, where it was given up.
      work.return(undefined as never);
    }
  }
}

function sumOf(types: readonly { readonly events: number }[]): number {
  return types.reduce((sum, { events }) => sum + events, 0);
}
