import type { Hono } from 'hono';
import { createApp } from '../../src/http/app.ts';
import type { Services } from '../../src/http/services.ts';
import { RowPolicies } from '../../src/projection/row-policy.ts';
import { queryLimits } from '../../src/query/limits.ts';
import { findQuery } from '../../src/query/named-query.ts';
import { askReader } from '../../src/query/query-view.ts';
import { Scans } from '../../src/query/scans/scans.ts';
import { Signals } from '../../src/signals/signals.ts';
import { library, type TestLibrary } from './library.ts';

/** The HTTP app over a test's library: everything is real but the log, which it has none of. */
export function libraryApp(
  { reader }: TestLibrary,
  options: { maxRows?: number; aggregates?: boolean } = {},
  reportFault: (error: unknown) => void = () => {},
  scans: Scans = onThisThread(),
): Hono {
  const limits = queryLimits(options);
  const viewOf = (name: string) => reader.generation.program.views.find((view) => view.name === name);
  const source = { projection: 'library', generation: 1, position: 7, revision: 0 };
  const services: Partial<Services> = {
    head: () => 7,
    seenHead: () => 7,
    status: () => [],
    views: () => reader.generation.program.views.map((view) => ({ view, projection: 'library' })),
    source: (kind, name) => (kind === 'query' || viewOf(name) !== undefined ? source : undefined),
    policies: () => new RowPolicies([]),
    query: (view, parameters, query) =>
      scans.answer(() => askReader(reader, view, parameters, { ...query, limits })),
    queryAtOnce: (view, parameters, query) =>
      scans.answerAtOnce(askReader(reader, view, parameters, { ...query, limits })),
    namedQuery: (name) => findQuery([library], name),
    call: (call, parameters, query) => scans.answer(() => call.ask(reader, parameters, { ...query, limits })),
    streams: { heartbeat: 1000, readers: 10, ended: new AbortController().signal },
    onGrowth: () => () => {},
    signals: new Signals({}),
    reportFault,
  };
  return createApp(services as Services);
}

/** For views so small that nothing is a scan. */
function onThisThread(): Scans {
  return new Scans({ rows: Number.MAX_SAFE_INTEGER, readers: 1, queue: 1, timeout: 1 });
}
