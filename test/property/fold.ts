import type { RecordedEvent } from '../../src/event-log/event.ts';

/** Rows by table, each as its values in the order of its columns. */
export type Views = Record<string, unknown[][]>;

/**
 * What the three projections of things.ts come to, worked out by plain loops over plain objects: no SQL, nothing of the
 * engine, nothing of the compiler.
 */
export function foldThings(events: readonly RecordedEvent[]): Views {
  const things = new Map<string, { name: string; place: string | null; events: number; last: number }>();
  for (const { type, stream, position, data, schemaVersion } of events) {
    const fields = data as { name?: string; title?: string; label?: string; to?: string };
    const thing = things.get(stream);
    if (type === 'thing.made') {
      const { place = null, events: seen = 0 } = thing ?? {};
      things.set(stream, { name: String(fields.name), place, events: seen + 1, last: position });
    } else if (type === 'thing.removed') things.delete(stream);
    else if (thing !== undefined && type === 'thing.renamed') {
      const names = ['', `${fields.title}!`, `${fields.label}!`, String(fields.name)];
      things.set(stream, {
        ...thing,
        name: names[schemaVersion] as string,
        events: thing.events + 1,
        last: position,
      });
    } else if (thing !== undefined && type === 'thing.moved')
      things.set(stream, { ...thing, place: String(fields.to), events: thing.events + 1, last: position });
  }
  return {
    things: [...things].map(([id, thing]) => [id, thing.name, thing.place, thing.events, thing.last]),
  };
}

export function foldTags(events: readonly RecordedEvent[]): Views {
  const worn = new Map<string, Map<string, number>>();
  for (const { type, stream, data } of events) {
    if (type === 'thing.removed') worn.delete(stream);
    if (type !== 'thing.made') continue;
    const ofThing = worn.get(stream) ?? new Map<string, number>();
    for (const tag of (data as { tags: string[] }).tags) ofThing.set(tag, (ofThing.get(tag) ?? 0) + 1);
    if (ofThing.size > 0) worn.set(stream, ofThing);
  }
  const tags = new Map<string, number>();
  for (const ofThing of worn.values())
    for (const [tag, times] of ofThing) tags.set(tag, (tags.get(tag) ?? 0) + times);
  return {
    tags: [...tags],
    worn: [...worn].flatMap(([thing, ofThing]) => [...ofThing].map(([tag, times]) => [thing, tag, times])),
  };
}

export function foldVisits(events: readonly RecordedEvent[]): Views {
  const visits: [number, string, number][] = [];
  const farthest = new Map<string, number>();
  for (const { type, position, data } of events) {
    if (type !== 'thing.moved') continue;
    const { to, by } = data as { to: string; by: number };
    const place = to.trim().toLowerCase().split(' ').join('-');
    visits.push([position, place, visits.filter((visit) => visit[1] === place).length + 1]);
    if (by > 5) farthest.set(place, Math.max(by, farthest.get(place) ?? by));
  }
  return { visits, farthest: [...farthest] };
}

/** Rows in an order of their own, so that two sets of them can be compared. */
export function sorted(views: Views): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(views).map(([name, rows]) => [name, rows.map((row) => JSON.stringify(row)).toSorted()]),
  );
}
