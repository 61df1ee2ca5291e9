import type { Readable } from 'node:stream';
import type { SqliteDatabase } from '../database/open.ts';
import { ProjectionistError } from '../errors.ts';
import type { EventCatalogue } from './catalogue.ts';
import { checkAll } from './check-all.ts';
import { type EventCheck, eventCheck } from './check-event.ts';
import type { NewEvent } from './event.ts';
import { GroupCommit } from './group-commit.ts';
import type { ImportOptions, ImportResult } from './import.ts';
import { importInto } from './import-into.ts';
import type { LogFile } from './log-file.ts';
import type { LogInstrument } from './log-instrument.ts';
import { type AppendedEvent, type ExpectedVersion, LogWriter } from './writer.ts';

/** What an append answers. */
export interface AppendResult {
  readonly events: readonly AppendedEvent[];
  /** The greatest position among the events: wait for it to read your own write. */
  readonly position: number;
}

export interface IntakeOptions {
  readonly catalogue: EventCatalogue | undefined;
  readonly now: () => Date;
  readonly instrument: LogInstrument | undefined;
  /** Told after what has come in is on disk. */
  readonly onGrowth: () => void;
}

/** The way into the log: what is appended or imported, checked against the catalogue, and on disk when it is answered. */
export class Intake {
  readonly #file: LogFile;
  readonly #commits: GroupCommit;
  readonly #now: () => Date;
  readonly #instrument: LogInstrument | undefined;
  readonly #onGrowth: () => void;
  #catalogue: EventCatalogue | undefined;
  #check: EventCheck;
  #import: { readonly input: Readable; readonly result: Promise<ImportResult> } | undefined;

  constructor(db: SqliteDatabase, file: LogFile, { catalogue, now, instrument, onGrowth }: IntakeOptions) {
    this.#file = file;
    this.#now = now;
    this.#instrument = instrument;
    this.#onGrowth = onGrowth;
    this.#catalogue = catalogue;
    this.#check = eventCheck(catalogue, now);
    this.#commits = new GroupCommit(db, new LogWriter(db), file, {
      onCommit: (seconds) => {
        instrument?.onCommit(seconds);
        onGrowth();
      },
      onLockWait: (seconds) => {
        const holder = this.#import === undefined ? 'other process' : 'import';
        instrument?.onLockWait({ waiter: 'append', holder, seconds });
      },
    });
  }

  get catalogue(): EventCatalogue | undefined {
    return this.#catalogue;
  }

  useCatalogue(catalogue: EventCatalogue | undefined): void {
    this.#catalogue = catalogue;
    this.#check = eventCheck(catalogue, this.#now);
  }

  /** True while the log holds events that are committed and not yet on disk: nobody must act on them. */
  get isSyncing(): boolean {
    return this.#commits.isSyncing;
  }

  /** Appends events that name their streams, all or none. */
  async append(
    events: readonly NewEvent[],
    expected: ReadonlyMap<string, ExpectedVersion>,
  ): Promise<AppendResult> {
    if (events.length === 0) throw new ProjectionistError('EVENT_INVALID', 'There is no event to append');
    const run = (given: readonly NewEvent[]) => this.#append(given, expected);
    return this.#instrument === undefined ? run(events) : this.#instrument.append(events, run);
  }

  async #append(
    events: readonly NewEvent[],
    expected: ReadonlyMap<string, ExpectedVersion>,
  ): Promise<AppendResult> {
    for (const [stream, version] of expected) checkExpectedVersion(stream, version);
    const appended = await this.#commits.append({
      events: checkAll(events, this.#check),
      expected,
    });
    return {
      events: appended,
      position: appended.reduce((last, { position }) => Math.max(last, position), 0),
    };
  }

  /** Imports NDJSON in one transaction, for which appends wait; one import at a time. */
  async importLines(input: Readable, options: ImportOptions): Promise<ImportResult> {
    if (this.#import !== undefined) throw new ProjectionistError('LOCKED', 'An import is already running');
    const check = eventCheck(this.#catalogue, this.#now, 'json');
    const onLockWait = (seconds: number): void =>
      this.#instrument?.onLockWait({
        waiter: 'import',
        holder: this.#commits.isRunning ? 'append' : 'other process',
        seconds,
      });
    const result = importInto(this.#file.path, check, input, options, onLockWait);
    this.#import = { input, result };
    try {
      return await result;
    } finally {
      this.#import = undefined;
      this.#onGrowth();
    }
  }

  /** Breaks an import off for that reason, answers every append that was asked for, and lets go of the file. */
  async close(reason: Error): Promise<void> {
    this.#import?.input.destroy(reason);
    await this.#import?.result.catch(() => {});
    await this.#commits.close();
  }
}

function checkExpectedVersion(stream: string, version: ExpectedVersion): void {
  if (version === undefined || version === 'none' || (Number.isSafeInteger(version) && version >= 0)) return;
  throw new ProjectionistError(
    'EVENT_INVALID',
    `The expected version of ${stream} must be a whole number from 0, or 'none'`,
    {
      evidence: { stream, field: 'expectedVersion' },
    },
  );
}
