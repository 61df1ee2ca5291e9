import type { Caller } from './caller.ts';
import { compressedBody, isWorthCompressing } from './compressed-body.ts';
import { matches } from './preconditions.ts';
import { QuickHeaders } from './quick-headers.ts';
import { type QuickRequest, quickRequest, type ViewRequest } from './quick-request.ts';
import type { Services } from './services.ts';
import { type HttpSettings, limitsOf } from './settings.ts';
import { parametersOf } from './view-request.ts';
import { bodyOf, refuseBeyondEnd, statusOf } from './view-response.ts';

/** What is to be written of an answer. No Headers object is made of the headers: that takes as long as a look-up by key. */
export interface QuickAnswer {
  readonly status: 200 | 206 | 304;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
}

export type Quick = QuickAnswer | Promise<QuickAnswer> | undefined;

/** Answers a GET of a view for a caller. */
export type AnswerQuickly = (request: ViewRequest, caller: Caller | undefined, requestId: string) => Quick;

/**
 * A short cut for the most frequent request: GET of a view's rows as they are now. It answers with the very bytes and
 * headers that the whole app would (a test holds the two together), in about half the time; everything else, errors too,
 * it leaves to the whole app, and answers undefined.
 */
export function quickViews(services: Services, settings: HttpSettings): AnswerQuickly {
  const quickHeaders = new QuickHeaders(settings);
  const longest = limitsOf(settings).url;

  const notModified = (asked: QuickRequest, caller: Caller, requestId: string): Quick => {
    const source = services.source('view', asked.view);
    if (source === undefined || !matches(asked.known, quickHeaders.tagOf(source, asked, caller)))
      return undefined;
    const headers = quickHeaders.ofKnown(source, services.seenHead(), { request: asked, caller, requestId });
    return { status: 304, headers, body: null };
  };

  const rows = (asked: QuickRequest, caller: Caller, requestId: string): Quick => {
    const found = services.queryAtOnce(asked.view, parametersOf(asked), {
      policy: services.policies().for(caller.claims),
      count: asked.preferences.count,
      requestId,
    });
    if (found === undefined) return undefined;
    refuseBeyondEnd(found);
    const text = bodyOf(found, asked.form);
    const status = statusOf(found);
    const headers = quickHeaders.ofRows(found, services.seenHead(), { request: asked, caller, requestId });
    // Nor does `compressed` touch a part of something.
    if (asked.encoding === undefined || status === 206 || !isWorthCompressing(text))
      return { status, headers, body: text };
    headers['Content-Encoding'] = asked.encoding;
    const body = compressedBody(text, asked.encoding);
    if (!(body instanceof Promise)) return { status, headers, body };
    return body.then((bytes) => ({ status, headers, body: bytes }));
  };

  return (request, caller, requestId) => {
    if (caller?.scopes.has('read') !== true) return undefined;
    try {
      const asked = quickRequest(request, longest);
      if (asked === undefined || !isReached(services, asked)) return undefined;
      const known = asked.known === undefined ? undefined : notModified(asked, caller, requestId);
      return known ?? rows(asked, caller, requestId);
    } catch {
      // The whole app meets the same error, and knows how to say it.
      return undefined;
    }
  };
}

/** False where the rows are not there yet, or not of the position that is asked for. */
function isReached(services: Services, { view, position, known }: QuickRequest): boolean {
  if (position === undefined && known === undefined) return true;
  const source = services.source('view', view);
  return (
    source !== undefined &&
    source.generation !== null &&
    (position === undefined || source.position >= position)
  );
}
