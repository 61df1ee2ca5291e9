import { AssertionError } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import { getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { ProjectionistError } from '../errors.ts';
import type { EventDefinitions } from '../event-log/catalogue.ts';
import type { CheckedEvent } from '../event-log/event.ts';
import type { CompiledProjection } from '../projection/compile.ts';
import type { ViewDescription } from '../projection/program.ts';
import { requireEqualRows } from './equal-rows.ts';
import type { TestEvent, TestEvents } from './test-event.ts';
import { type StoredRows, Trial } from './trial.ts';
import { AT_ONCE, otherWays } from './ways-to-apply.ts';

/** A projection under test: compiled, with the checks of its catalogue. */
export interface Subject {
  readonly compiled: CompiledProjection;
  readonly events: TestEvents;
}

/** What the events of a scenario come to, once they have been applied. */
interface Outcome {
  readonly rows: ReadonlyMap<string, readonly object[]>;
  readonly problem: ProjectionistError | undefined;
}

/**
 * A projection and the events that happened to it. Nothing of it changes: `when` answers another scenario, so one may be
 * kept and shared by several tests. Everything is synchronous, in memory, and closed again.
 *
 * `then` is a sentence's word here and not a promise's. A test may return the scenario all the same, or await it by
 * mistake: it fails if nothing was asserted, and does nothing otherwise.
 */
export class Scenario<Events extends EventDefinitions, Table extends SQLiteTable> {
  readonly #subject: Subject;
  readonly #events: readonly CheckedEvent[];
  #outcome: Outcome | undefined;
  #hasAsserted = false;

  constructor(subject: Subject, events: readonly CheckedEvent[]) {
    this.#subject = subject;
    this.#events = events;
  }

  /**
   * The scenario in which these events happen as well. They are checked as an append would check them: throws
   * EVENT_INVALID, EVENT_TYPE_UNKNOWN or EVENT_SCHEMA_NEWER.
   */
  when(events: TestEvent<Events> | readonly TestEvent<Events>[]): Scenario<Events, Table> {
    const added = (Array.isArray(events) ? events : [events]) as readonly object[];
    return new Scenario(this.#subject, this.#subject.events.append(this.#events, added));
  }

  /**
   * Asserts that a view has exactly these rows, in any order, however the events are applied: at once, one by one, with
   * interruptions, delivered again. Rows are as Drizzle selects them. Throws node:assert's AssertionError, and
   * APPLY_FAILED where an event cannot be applied.
   */
  // oxlint-disable-next-line unicorn/no-thenable -- given, when, then: see above for what becomes of an await
  then<View extends Table>(view: View, rows: readonly View['$inferSelect'][]): this {
    if (typeof view === 'function') return this.#settle(view, rows);
    this.#requireRows(view, rows);
    return this.#asserted();
  }

  /** The rows of a view, in the order of its primary key, as Drizzle selects them. */
  rows<View extends Table>(view: View): View['$inferSelect'][] {
    const { name } = this.#describe(view);
    const rows = this.#applied().rows.get(name) as readonly View['$inferSelect'][];
    return rows.map((row) => ({ ...row }));
  }

  /**
   * Asserts that one of the events cannot be applied, and that the error has this code, or a message that contains this
   * text or matches this pattern. (An event that the catalogue refuses never gets so far: `when` throws.)
   */
  thenFails(expected: string | RegExp = 'APPLY_FAILED'): this {
    const { problem } = this.#outcomeOnce();
    if (problem !== undefined && matches(problem, expected)) return this.#asserted();
    throw new AssertionError({
      message:
        problem === undefined ? `Every event was applied, and ${String(expected)} was expected` : undefined,
      actual: problem?.message,
      expected,
      operator: 'thenFails',
    });
  }

  /**
   * Asserts that all views come out the same however the events are applied, as `then` does, where the rows themselves
   * are not the point: for a long list of events, or for functions and upcasters that may not be as pure as they look.
   */
  thenReplaysAlike(): this {
    this.#applied();
    return this.#asserted();
  }

  #requireRows(view: SQLiteTable, expected: readonly object[]): void {
    const description = this.#describe(view);
    const actual = this.#applied().rows.get(description.name) as readonly object[];
    // oxlint-disable-next-line typescript/unbound-method -- named, so that the stack begins at its caller; never called
    requireEqualRows(description, actual, expected, this.then);
  }

  /** A view's description. Throws USAGE for a table that is none of the projection's views. */
  #describe(table: SQLiteTable): ViewDescription {
    const { definition, program } = this.#subject.compiled;
    const isOwn = Object.values(definition.views).includes(table);
    const view = isOwn ? program.views.find(({ name }) => name === getTableName(table)) : undefined;
    if (view !== undefined) return view;
    throw new ProjectionistError('USAGE', `This table is no view of ${program.projection}`, {
      hint: `Its views are ${program.views.map(({ name }) => name).join(', ')}.`,
    });
  }

  /** The outcome, where every event could be applied; otherwise throws what stood in the way. */
  #applied(): Outcome {
    const outcome = this.#outcomeOnce();
    if (outcome.problem !== undefined) throw outcome.problem;
    return outcome;
  }

  #outcomeOnce(): Outcome {
    this.#outcome ??= outcomeOf(this.#subject.compiled, this.#events);
    return this.#outcome;
  }

  #asserted(): this {
    this.#hasAsserted = true;
    return this;
  }

  /** Called by `await`, and by a test runner that is given the scenario, with a promise's two functions. */
  #settle(resolve: unknown, reject: unknown): this {
    if (this.#hasAsserted) (resolve as () => void)();
    else (reject as (error: unknown) => void)(nothingAsserted());
    return this;
  }
}

function outcomeOf(compiled: CompiledProjection, events: readonly CheckedEvent[]): Outcome {
  const { definition, program } = compiled;
  const trial = new Trial(compiled);
  try {
    trial.apply(events, AT_ONCE);
    requireAlike(compiled, events, trial.storedRows());
    const tables = Object.values(definition.views);
    return {
      rows: new Map(
        program.views.map((view, index) => [view.name, trial.rows(tables[index] as SQLiteTable, view)]),
      ),
      problem: undefined,
    };
  } catch (error) {
    if (error instanceof ProjectionistError && error.code === 'APPLY_FAILED')
      return { rows: new Map(), problem: error };
    throw error;
  } finally {
    trial.close();
  }
}

/** Throws an AssertionError if any other way of applying the events gives other rows. */
function requireAlike(
  compiled: CompiledProjection,
  events: readonly CheckedEvent[],
  atOnce: StoredRows,
): void {
  for (const way of otherWays(events.length)) {
    const trial = new Trial(compiled);
    try {
      trial.apply(events, way);
      for (const [view, actual] of trial.storedRows()) requireSame(view, way.name, actual, atOnce.get(view));
    } finally {
      trial.close();
    }
  }
}

function requireSame(view: string, way: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new AssertionError({
    message: `The rows of ${view} depend on how the events are applied. A function or an upcaster whose answer does not depend on its arguments alone would do that. Applied ${way} (actual) and all at once (expected), they differ`,
    actual,
    expected,
    operator: 'deepStrictEqual',
  });
}

function matches(problem: ProjectionistError, expected: string | RegExp): boolean {
  if (typeof expected !== 'string') return expected.test(problem.message);
  return problem.code === expected || problem.message.includes(expected);
}

function nothingAsserted(): ProjectionistError {
  return new ProjectionistError(
    'USAGE',
    'A scenario was awaited, or returned from a test, before anything was asserted about it',
    {
      hint: 'Write given(…).when(…).then(view, rows). It is synchronous: there is nothing to wait for.',
    },
  );
}
