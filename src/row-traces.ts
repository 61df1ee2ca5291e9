import type { Engine } from './engine/engine.ts';
import { trace } from './engine/history/trace.ts';
import type { RowTrace } from './engine/history/trace-row.ts';
import { ProjectionistError } from './errors.ts';
import type { EventLog } from './event-log/event-log.ts';
import type { TraceQuery } from './http/services.ts';
import type { ViewColumn, ViewDescription } from './projection/program.ts';
import { toStored } from './query/operand.ts';
import { policiesOf } from './query/policies.ts';
import type { ViewReaders } from './query/view-readers.ts';

export interface RowTracesOptions {
  /** The data folder. */
  readonly data: string;
  readonly log: EventLog;
  readonly engine: Engine;
  readonly readers: ViewReaders;
}

/** Traces at once: each may replay the whole log. */
const AT_ONCE = 2;

/** Tells what events did to single rows of the live views. */
export class RowTraces {
  readonly #options: RowTracesOptions;
  readonly #closing = new AbortController();
  readonly #underWay = new Set<Promise<RowTrace>>();

  constructor(options: RowTracesOptions) {
    this.#options = options;
  }

  /**
   * Everything that was done to a row, as far as the caller may see it. Throws VIEW_UNKNOWN, QUERY_INVALID and
   * VALUE_INVALID for a key that the view does not have, NOT_FOUND for a row that never was or may not be seen, TOO_BUSY.
   */
  async of({ view: name, key, policy }: TraceQuery): Promise<RowTrace> {
    const { data, log, engine, readers } = this.#options;
    const { reader, view } = readers.ofView(name);
    const visible = policiesOf(policy, [name]).get(name);
    if (this.#underWay.size >= AT_ONCE)
      throw new ProjectionistError('TOO_BUSY', `${AT_ONCE} rows are being traced already`, {
        hint: 'Try again in a moment.',
      });
    const { projection } = reader.generation;
    const loaded = engine.definitions.projections.find(
      ({ compiled }) => compiled.program.projection === projection,
    );
    const work = trace(
      { data, log, live: reader.generation, loaded, view, key: storedKey(view, key), visible },
      { signal: this.#closing.signal },
    );
    this.#underWay.add(work);
    try {
      return requireSeen(await work, name, visible !== undefined);
    } finally {
      this.#underWay.delete(work);
    }
  }

  /** Breaks off what is under way, and resolves when it has ended. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#underWay);
  }
}

/** A key as it is stored; one of another length is refused later. */
export function storedKey({ primaryKey, columns }: ViewDescription, key: readonly string[]) {
  return key.map((text, at) => {
    const column = columns.find(({ name }) => name === primaryKey[at]);
    return column === undefined ? text : toStored(column satisfies ViewColumn, text);
  });
}

/** Whoever may not see a row now is not told that it was there, nor what it was. */
function requireSeen(found: RowTrace, view: string, isLimited: boolean): RowTrace {
  const last = found.entries.at(-1);
  if (last !== undefined && (!isLimited || last.after !== null)) return found;
  throw new ProjectionistError('NOT_FOUND', `No event has made such a row of ${view}`, {
    hint: 'Check the key: its values are given in the order of the primary key.',
  });
}
