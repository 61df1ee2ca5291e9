import { emptyShape, see, type Shape } from './shape.ts';

/** What was seen of one event type. */
export interface TypeSample {
  readonly type: string;
  /** Of the newest schema version alone: that is what handlers see. */
  data: Shape;
  count: number;
  /** Events that were the first of their stream. */
  firsts: number;
  /** The highest schema version. */
  schemaVersion: number;
}

/** The types that occur in streams of one kind: `order` for `order-17`. */
export interface Category {
  readonly name: string;
  readonly types: Map<string, TypeSample>;
  events: number;
}

interface SampleEvent {
  readonly stream?: unknown;
  readonly type?: unknown;
  readonly data?: unknown;
  readonly schemaVersion?: unknown;
}

/** Collects what sample events have in common. */
export class Samples {
  readonly types = new Map<string, TypeSample>();
  readonly #categories = new Map<string, Category>();
  readonly #streams = new Set<string>();
  events = 0;

  /** Takes an event; false where it has no stream and type. */
  add({ stream, type, data, schemaVersion }: SampleEvent): boolean {
    if (typeof stream !== 'string' || typeof type !== 'string' || type === '') return false;
    this.events += 1;
    const sample = this.types.get(type) ?? emptySample(type);
    this.types.set(type, sample);
    const version = typeof schemaVersion === 'number' ? schemaVersion : 1;
    sample.count += 1;
    if (!this.#streams.has(stream)) sample.firsts += 1;
    this.#streams.add(stream);
    if (version > sample.schemaVersion) sample.data = emptyShape();
    if (version >= sample.schemaVersion) see(sample.data, data);
    sample.schemaVersion = Math.max(sample.schemaVersion, version);
    this.#note(categoryOf(stream, type), sample);
    return true;
  }

  /** The kinds of streams, the one with the most events first. */
  categories(): Category[] {
    return [...this.#categories.values()].toSorted((a, b) => b.events - a.events);
  }

  #note(name: string, sample: TypeSample): void {
    const category = this.#categories.get(name) ?? { name, types: new Map(), events: 0 };
    this.#categories.set(name, category);
    category.types.set(sample.type, sample);
    category.events += 1;
  }
}

function emptySample(type: string): TypeSample {
  return { type, data: emptyShape(), count: 0, firsts: 0, schemaVersion: 1 };
}

/** What comes before the id in a stream's name; for a bare id, what comes before the dot of the event type. */
function categoryOf(stream: string, type: string): string {
  const prefix = /^([A-Za-z][A-Za-z_]*)[-_/:.]/.exec(stream)?.[1] ?? type.split(/[.:_-]/)[0] ?? 'event';
  return prefix.toLowerCase();
}
