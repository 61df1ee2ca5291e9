import type { DataOf, EventDefinitions } from '../event-log/catalogue.ts';
import { type EventCheck, eventCheck } from '../event-log/check-event.ts';
import type { CheckedEvent } from '../event-log/event.ts';
import type { EventCatalogue } from '../event-log/catalogue.ts';

/** What a test may leave out of an event. */
interface Envelope {
  /** Made up where it is missing, the same at every run. An id that was given before is a redelivery. */
  readonly id?: string | undefined;
  /** 'test' where it is missing. */
  readonly stream?: string | undefined;
  /** ISO 8601 with a zone; a minute after the event before it where it is missing, and midnight of 2026 for the first. */
  readonly time?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** The same data where it is declared `as const`. */
type Immutable<Data> = Data extends object ? { readonly [Key in keyof Data]: Immutable<Data[Key]> } : Data;

/** Data of the current schema version, or whatever data an older version had. */
type VersionedData<Data> =
  | { readonly schemaVersion?: undefined; readonly data: Immutable<Data> }
  | { readonly schemaVersion: number; readonly data: unknown };

/** An event of the catalogue as a test writes it: `{ type, data }`, and of the rest what matters. */
export type TestEvent<Events extends EventDefinitions = EventDefinitions> = {
  [Type in keyof Events & string]: Envelope & { readonly type: Type } & VersionedData<DataOf<Events[Type]>>;
}[keyof Events & string];

const STREAM = 'test';
const FIRST_TIME = '2026-01-01T00:00:00.000Z';
const MINUTE = 60_000;

/** Checks the events of a test as an append would, and adds what they leave out. Nothing depends on a clock or on chance. */
export class TestEvents {
  readonly #check: EventCheck;

  constructor(catalogue: EventCatalogue) {
    this.#check = eventCheck(catalogue, () => new Date(FIRST_TIME));
  }

  /** `earlier` and then `added`. Throws EVENT_INVALID, EVENT_TYPE_UNKNOWN or EVENT_SCHEMA_NEWER. */
  append(earlier: readonly CheckedEvent[], added: readonly object[]): CheckedEvent[] {
    const events = [...earlier];
    for (const event of added) events.push(this.#check(this.#complete(event, events)));
    return events;
  }

  #complete(event: object, before: readonly CheckedEvent[]): object {
    const { id, stream, time } = event as Envelope;
    return {
      ...event,
      id: id ?? madeUpId(before.length + 1),
      stream: stream ?? STREAM,
      time: time ?? timeAfter(before.at(-1)),
    };
  }
}

/** In the form of the UUIDs that the log gives, so that no test is likely to name one of its own like this. */
function madeUpId(number: number): string {
  return `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
}

function timeAfter(event: CheckedEvent | undefined): string {
  return event === undefined ? FIRST_TIME : new Date(Date.parse(event.time) + MINUTE).toISOString();
}
