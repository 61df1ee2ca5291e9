import { listDeadLetters, showDeadLetters } from './engine/dead-letters/list.ts';
import type { Services } from './http/services.ts';
import { withRepair } from './with-repair.ts';
import { notReady } from './not-ready.ts';
import type { Parts } from './parts.ts';
import { findQuery } from './query/named-query.ts';
import { askReader, askView } from './query/query-view.ts';
import { queryTimer } from './signals/query-timer.ts';

/** Joins log, engine and queries into what the HTTP side may ask for. */
export function httpServices(parts: Parts): Services {
  const { data, log, engine, readers, sources, past, scans, live, replays, traces, limits } = parts;
  const { reportFault, signals } = parts;
  const timed = queryTimer(signals);
  const repaired = withRepair(parts);
  const liveOf = (view: string) => () => readers.ofView(view).reader;
  return {
    append: (events, expected) => log.appendAll(events, expected),
    events: (options) => [...log.readAll(options)],
    head: () => log.head(),
    seenHead: () => log.seenHead(),
    version: (stream) => log.version(stream),
    status: () => engine.status(),
    views: () =>
      readers.names().map((name) => {
        const { reader, view } = readers.ofView(name);
        return { view, projection: reader.generation.projection };
      }),
    definitions: () => engine.definitions,
    source: (kind, name) => sources.find(kind, name),
    waitFor: (name, position, milliseconds, signal) => engine.waitFor(name, position, milliseconds, signal),
    policies: () => sources.policies(),
    query: (view, parameters, query) =>
      repaired(liveOf(view), () =>
        timed({ view, asOf: 'now', parameters, requestId: query.requestId }, () =>
          scans.answer(() => askView(readers, view, parameters, { ...query, limits }), query.abandoned),
        ),
      ),
    queryAtOnce: (view, parameters, query) =>
      repaired(liveOf(view), () =>
        timed({ view, asOf: 'now', parameters, requestId: query.requestId }, () =>
          scans.answerAsOfTurn(askView(readers, view, parameters, { ...query, limits })),
        ),
      ),
    resolvePoint: (point) => past.resolve(point),
    positionAt: (time) => past.positionAt(time),
    queryAsOf: (view, parameters, position, patience, query) => {
      const { projection } = readers.ofView(view).reader.generation;
      return past.read(projection, position, patience, (reader) =>
        timed({ view, asOf: 'past', parameters, requestId: query.requestId }, () =>
          scans.answer(() => askReader(reader, view, parameters, { ...query, limits }), query.abandoned),
        ),
      );
    },
    namedQuery: (name) =>
      findQuery(
        engine.definitions.projections.map(({ compiled }) => compiled.definition),
        name,
      ),
    call: (call, parameters, query) => {
      const readerOf = () => readers.ofProjection(call.projection);
      return repaired(readerOf, () =>
        timed({ view: `rpc/${call.name}`, asOf: 'now', parameters, requestId: query.requestId }, () =>
          scans.answer(() => {
            const reader = readerOf();
            if (reader === undefined) throw notReady(call.projection);
            return call.ask(reader, parameters, { ...query, limits });
          }, query.abandoned),
        ),
      );
    },
    callAsOf: (call, parameters, position, patience, query) =>
      past.read(call.projection, position, patience, (reader) =>
        timed({ view: `rpc/${call.name}`, asOf: 'past', parameters, requestId: query.requestId }, () =>
          scans.answer(() => call.ask(reader, parameters, { ...query, limits }), query.abandoned),
        ),
      ),
    openLive: (query, last) => live.open(query, last),
    openReplay: (query, range) => replays.open(query, range),
    onGrowth: (listener) => log.onGrowth(listener),
    streams: live.streams,
    deadLetters: (projection) => listDeadLetters(data, projection),
    partitionLetters: (projection, partition) =>
      showDeadLetters(data, projection, partition, (position) => log.eventAt(position)),
    operate: (projection, operation, options) => engine.operate(projection, operation, options),
    verification: (name) => engine.verification(name),
    trace: (query) => traces.of(query),
    reportFault,
    signals,
  };
}
