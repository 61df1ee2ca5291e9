import type { ViewAnswer } from '../query/view-answer.ts';
import type { Caller } from './caller.ts';
import { EXPOSED } from './edge.ts';
import { freshness } from './freshness.ts';
import type { QuickRequest } from './quick-request.ts';
import { SECURE_HEADERS } from './secure-headers.ts';
import type { Source } from './services.ts';
import type { HttpSettings } from './settings.ts';
import { cacheControlOf, VARY } from './view-answers.ts';
import { linkToNext } from './link-to-next.ts';
import { rowHeaders } from './view-response.ts';
import { tagOf, variantOf } from './view-tag.ts';

const COMMON_ACCEPTS = ['', '*/*', 'application/json'];

/** What an answer's headers depend on beside the answer. */
export interface Asked {
  readonly request: QuickRequest;
  readonly caller: Caller;
  readonly requestId: string;
}

type Headers = Record<string, string>;

/** The headers of the most frequent answers, as the whole app would write them. */
export class QuickHeaders {
  readonly #fixed: Readonly<Headers>;
  readonly #origins: '*' | readonly string[] | undefined;
  /** The mark of a caller without claims, and of no preferences, in the entity tag; by the commonest `Accept`s. */
  readonly #variants = new Map(COMMON_ACCEPTS.map((accept) => [accept, variantOf([accept, '', ''], {})]));

  constructor(settings: HttpSettings) {
    this.#origins = settings.cors?.origins;
    this.#fixed = {
      ...SECURE_HEADERS,
      'Cache-Control': cacheControlOf(settings),
      Vary: this.#origins === undefined || this.#origins === '*' ? VARY : `${VARY}, Origin`,
      ...(this.#origins !== undefined && { 'Access-Control-Expose-Headers': EXPOSED.join(',') }),
    };
  }

  ofRows(answer: ViewAnswer, head: number, asked: Asked): Headers {
    const { request } = asked;
    const fields = { ...this.ofKnown(answer, head, asked), ...rowHeaders(answer, request.form) };
    if (answer.next !== undefined) fields['Link'] = linkToNext(request.url, answer.next, answer.count, false);
    const { applied } = request.preferences;
    const kept = request.position === undefined ? applied : [...applied, 'min-position'];
    if (kept.length > 0) fields['Preference-Applied'] = kept.join(', ');
    return fields;
  }

  tagOf(source: Source, { accept, prefer }: QuickRequest, { claims }: Caller): string {
    const isCommon = prefer === '' && Object.keys(claims).length === 0;
    const variant =
      (isCommon ? this.#variants.get(accept) : undefined) ?? variantOf([accept, prefer, ''], claims);
    return tagOf(source, variant);
  }

  /** Of an answer that the reader has already; and of any other, what is not about its rows. */
  ofKnown(source: Source, head: number, { request, caller, requestId }: Asked): Headers {
    const fields: Headers = {
      ...this.#fixed,
      ...freshness(source, head),
      ETag: this.tagOf(source, request, caller),
      'X-Request-Id': requestId,
    };
    const origin = this.#allowed(request.origin);
    if (origin !== undefined) fields['Access-Control-Allow-Origin'] = origin;
    return fields;
  }

  #allowed(origin: string | undefined): string | undefined {
    if (this.#origins === undefined || this.#origins === '*') return this.#origins;
    return origin !== undefined && this.#origins.includes(origin) ? origin : undefined;
  }
}
