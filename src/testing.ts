/**
 * Tests a projection in one sentence, in memory, with any test runner:
 *
 *     given(orders).when({ type: 'order.placed', data: { … } }).then(ordersTable, [{ … }]);
 *
 * Published as `projectionist/testing`.
 */
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { ProjectionistError } from './errors.ts';
import type { EventDefinitions } from './event-log/catalogue.ts';
import { compile } from './projection/compile.ts';
import { isProjection, type Projection } from './projection/define.ts';
import { definitionError } from './projection/problem.ts';
import { Scenario, type Subject } from './testing/scenario.ts';
import { type TestEvent, TestEvents } from './testing/test-event.ts';

export type { Scenario } from './testing/scenario.ts';
export type { TestEvent } from './testing/test-event.ts';

const SUBJECTS = new WeakMap<Projection, Subject>();

/**
 * A projection, and the events that have happened before. Throws DEFINITION_INVALID with every problem of the
 * definition, and EVENT_INVALID, EVENT_TYPE_UNKNOWN or EVENT_SCHEMA_NEWER for an event that no log would take.
 */
export function given<Views extends Readonly<Record<string, SQLiteTable>>, Events extends EventDefinitions>(
  projection: Projection<Views, Events>,
  ...earlier: readonly TestEvent<Events>[]
): Scenario<Events, Views[keyof Views]> {
  const subject = subjectOf(projection);
  return new Scenario(subject, subject.events.append([], earlier));
}

/** Compiled once, however many tests there are. */
function subjectOf(projection: Projection): Subject {
  if (!isProjection(projection)) {
    throw new ProjectionistError('USAGE', 'given() takes a projection', {
      hint: "A definition file exports it by default: import orders from '../projections/orders.ts'.",
    });
  }
  const known = SUBJECTS.get(projection);
  if (known !== undefined) return known;
  const { compiled, problems } = compile(projection);
  if (compiled === undefined) throw definitionError(problems);
  const subject = { compiled, events: new TestEvents(projection.events) };
  SUBJECTS.set(projection, subject);
  return subject;
}
