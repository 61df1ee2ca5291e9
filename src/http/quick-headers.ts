import type { ViewAnswer } from '../query/view-answer.ts';
import type { Caller } from './caller.ts';
import { MEDIA_TYPES } from './accept.ts';
import { EXPOSED } from './edge.ts';
import type { QuickRequest } from './quick-request.ts';
import { contentRange } from './range.ts';
import type { Source } from './services.ts';
import type { HttpSettings } from './settings.ts';
import { cacheControlOf, VARY } from './view-answers.ts';
import { linkToNext } from './link-to-next.ts';
import { PARKED } from './view-response.ts';
import { stateTag, variantOf } from './view-tag.ts';

/** What `edge` says of every answer. */
const FIXED = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

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
      ...FIXED,
      'Cache-Control': cacheControlOf(settings),
      Vary: this.#origins === undefined || this.#origins === '*' ? VARY : `${VARY}, Origin`,
      ...(this.#origins !== undefined && { 'Access-Control-Expose-Headers': EXPOSED.join(',') }),
    };
  }

  ofRows(answer: ViewAnswer, head: number, asked: Asked): Headers {
    const { request } = asked;
    const fields = this.#common(answer, head, asked);
    fields['Content-Type'] = MEDIA_TYPES[request.form];
    fields['Content-Range'] = contentRange(answer.offset, answer.count, answer.total);
    fields['Range-Unit'] = 'items';
    if (answer.mayLackEvents) fields['Projection-Parked'] = PARKED['Projection-Parked'];
    if (answer.next !== undefined) fields['Link'] = linkToNext(request.url, answer.next, answer.count, false);
    const { applied } = request.preferences;
    const kept = request.position === undefined ? applied : [...applied, 'min-position'];
    if (kept.length > 0) fields['Preference-Applied'] = kept.join(', ');
    return fields;
  }

  /** Of an answer that the reader has already. */
  ofKnown(source: Source, head: number, asked: Asked): Headers {
    return this.#common(source, head, asked);
  }

  tagOf(standing: Standing, { accept, prefer }: QuickRequest, { claims }: Caller): string {
    const isCommon = prefer === '' && Object.keys(claims).length === 0;
    const variant =
      (isCommon ? this.#variants.get(accept) : undefined) ?? variantOf([accept, prefer, ''], claims);
    return `W/"${stateTag(generationOf(standing), standing.position, standing.revision)}${variant}"`;
  }

  #common(standing: Standing, head: number, { request, caller, requestId }: Asked): Headers {
    const { position } = standing;
    const fields: Headers = {
      ...this.#fixed,
      'Projection-Position': String(position),
      'Projection-Lag': String(Math.max(0, head - position)),
      'Projection-Generation': generationOf(standing),
      ETag: this.tagOf(standing, request, caller),
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

/** Where an answer, or what would answer, stands. */
type Standing = Pick<Source, 'projection' | 'generation' | 'position' | 'revision'>;

function generationOf({ projection, generation }: Standing): string {
  return `${projection}-${generation}`;
}
