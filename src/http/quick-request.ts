import { checkUrlText } from './check-url.ts';
import { type Encoding, encodingOf } from './compressed-body.ts';
import { type Form, formOf } from './accept.ts';
import { parsePrefer } from './prefer.ts';
import { queryPreferences, type QueryPreferences } from './query-preferences.ts';
import { namesEventStream } from './stream-request.ts';
import { askedWait } from './waiting.ts';

/** A GET of a view, as it came in. */
export interface ViewRequest {
  readonly url: string;
  readonly view: string;
  readonly header: (name: string) => string | undefined;
}

/** What such a request asks for. */
export interface QuickRequest {
  readonly url: string;
  readonly view: string;
  readonly form: Form;
  /** '' where there is no such header, here and below. */
  readonly accept: string;
  readonly prefer: string;
  /** The position that the rows must be of at least. */
  readonly position: number | undefined;
  readonly preferences: QueryPreferences;
  readonly encoding: Encoding | undefined;
  readonly known: string | undefined;
  readonly origin: string | undefined;
}

/** With any of these a request asks for more than the rows of now, and goes the whole way. */
const DEMANDING = ['accept-datetime', 'range', 'range-unit'] as const;

/** Undefined for what goes the whole way. Throws what the whole way would throw, too. */
export function quickRequest({ url, view, header }: ViewRequest, longest: number): QuickRequest | undefined {
  for (const name of DEMANDING) if (header(name) !== undefined) return undefined;
  const accept = header('accept') ?? '';
  if (namesEventStream(accept)) return undefined;
  checkUrlText(url, longest);
  const prefer = header('prefer');
  const given = parsePrefer(prefer);
  if (given.has('as-of')) return undefined;
  return {
    url,
    view,
    form: formOf(accept),
    accept,
    prefer: prefer ?? '',
    position: askedWait(given)?.position,
    preferences: queryPreferences(prefer),
    encoding: encodingOf(header('accept-encoding')),
    known: header('if-none-match'),
    origin: header('origin'),
  };
}
