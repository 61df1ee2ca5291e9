import type { IncomingHttpHeaders } from 'node:http';
import type { ViewAnswer } from '../query/view-answer.ts';
import type { Caller } from './caller.ts';
import { EXPOSED } from './edge.ts';
import { contentRange } from './range.ts';
import type { HttpSettings } from './settings.ts';
import { cacheControlOf, VARY } from './view-answers.ts';
import { linkToNext } from './link-to-next.ts';
import { PARKED } from './view-response.ts';
import { stateTag, variantOf } from './view-tag.ts';

/** What `edge` says of every answer. */
const FIXED = {
  'Content-Type': 'application/json; charset=utf-8',
  'Range-Unit': 'items',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** What an answer's headers depend on beside the answer. */
export interface Asked {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly caller: Caller;
  readonly requestId: string;
}

/** The headers of the plainest answers, as the whole app would write them. */
export class QuickHeaders {
  readonly #fixed: Readonly<Record<string, string>>;
  readonly #origins: '*' | readonly string[] | undefined;
  /** The mark of a caller without claims in the entity tag, by `Accept`. */
  readonly #variants = new Map<string, string>();

  constructor(settings: HttpSettings) {
    this.#origins = settings.cors?.origins;
    this.#fixed = {
      ...FIXED,
      'Cache-Control': cacheControlOf(settings),
      Vary: this.#origins === undefined || this.#origins === '*' ? VARY : `${VARY}, Origin`,
      ...(this.#origins !== undefined && { 'Access-Control-Expose-Headers': EXPOSED.join(',') }),
    };
  }

  of(answer: ViewAnswer, head: number, { url, headers, caller, requestId }: Asked): Record<string, string> {
    const { position } = answer;
    const generation = `${answer.projection}-${answer.generation}`;
    const fields: Record<string, string> = {
      ...this.#fixed,
      'Content-Range': contentRange(answer.offset, answer.count, answer.total),
      'Projection-Position': String(position),
      'Projection-Lag': String(Math.max(0, head - position)),
      'Projection-Generation': generation,
      ETag: `W/"${stateTag(generation, position, answer.revision)}${this.#variant(headers.accept ?? '', caller)}"`,
      'X-Request-Id': requestId,
    };
    if (answer.mayLackEvents) fields['Projection-Parked'] = PARKED['Projection-Parked'];
    if (answer.next !== undefined) fields['Link'] = linkToNext(url, answer.next, answer.count, false);
    const origin = this.#allowed(headers.origin);
    if (origin !== undefined) fields['Access-Control-Allow-Origin'] = origin;
    return fields;
  }

  #variant(accept: string, { claims }: Caller): string {
    if (Object.keys(claims).length > 0) return variantOf([accept, '', ''], claims);
    const known = this.#variants.get(accept);
    if (known !== undefined) return known;
    const variant = variantOf([accept, '', ''], claims);
    this.#variants.set(accept, variant);
    return variant;
  }

  #allowed(origin: string | undefined): string | undefined {
    if (this.#origins === undefined || this.#origins === '*') return this.#origins;
    return origin !== undefined && this.#origins.includes(origin) ? origin : undefined;
  }
}
