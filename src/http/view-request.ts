import type { Context } from 'hono';
import type { CountKind } from '../query/count.ts';
import type { QueryOptions } from '../query/query-view.ts';
import { callerOf } from './caller.ts';
import { rangeOf } from './range.ts';
import type { Services } from './services.ts';

/** The query string of a request. */
export function parametersOf({ url }: { readonly url: string }): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
}

/** What a request says of its query beside the query string: its range, and who asks. */
export function queryOptionsOf(c: Context, services: Services, count: CountKind | undefined): QueryOptions {
  return {
    range: rangeOf(c.req.header('Range'), c.req.header('Range-Unit')),
    count,
    policy: services.policies().for(callerOf(c).claims),
    requestId: c.get('requestId'),
    abandoned: () => c.req.raw.signal,
  };
}
