import { signal } from '@preact/signals';
import { EventParser, type ServerSentEvent } from '../../client/event-parser.ts';
import { apiUrl } from './router.ts';

/** What the API says when it refuses (RFC 9457). */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;

  constructor(status: number, code: string, message: string, hint?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

const KEPT = 'projectionist.token';
/** True while the API wants a token that it was not given. */
export const needsToken = signal(false);
/** True while the server does not answer. */
export const isOffline = signal(false);
let token = sessionStorage.getItem(KEPT) ?? '';

/** Kept for this tab alone, and until it is closed. */
export function useToken(text: string): void {
  token = text.trim();
  if (token === '') sessionStorage.removeItem(KEPT);
  else sessionStorage.setItem(KEPT, token);
  needsToken.value = false;
}

export function hasToken(): boolean {
  return token !== '';
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** Asks the API. Throws a Refusal for every answer that is none, and where there is no answer. */
export async function ask(
  path: string,
  { method = 'GET', headers = {}, body, signal }: Asked = {},
): Promise<Response> {
  const response = await reach(apiUrl(path), {
    method,
    headers: {
      ...headers,
      ...(token !== '' && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    },
    cache: 'no-cache',
    ...(signal && { signal }),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (response.ok) return response;
  throw await refusalOf(response);
}

async function reach(url: string, request: RequestInit): Promise<Response> {
  try {
    const response = await fetch(url, request);
    isOffline.value = false;
    return response;
  } catch (error) {
    if (request.signal?.aborted === true) throw error;
    isOffline.value = true;
    throw new Refusal(0, 'UNREACHABLE', 'The server does not answer', 'It is asked again by itself.');
  }
}

async function refusalOf(response: Response): Promise<Refusal> {
  if (response.status === 401) needsToken.value = true;
  const text = await response.text();
  try {
    const { code, error, message, hint } = JSON.parse(text) as Record<string, string | undefined>;
    return new Refusal(
      response.status,
      error ?? code ?? '',
      message ?? response.statusText,
      hint ?? undefined,
    );
  } catch {
    // A proxy's own page, perhaps
    return new Refusal(response.status, '', `The server answered ${response.status} ${response.statusText}`);
  }
}

export async function askJson<T>(path: string, asked?: Asked): Promise<T> {
  return (await (await ask(path, asked)).json()) as T;
}

/** The events of an answer, as they come. What is not asked for is not read: the server waits. */
export async function* askEvents(path: string, asked: Asked = {}): AsyncGenerator<ServerSentEvent, void> {
  const response = await ask(path, { ...asked, headers: { ...asked.headers, Accept: 'text/event-stream' } });
  const parser = new EventParser();
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read())
      yield* parser.push(chunk.value);
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** What the server says of itself when a stream ends with a problem. */
export function refusalIn(event: ServerSentEvent): Refusal | undefined {
  if (event.event !== 'problem') return undefined;
  const { status, code, message, hint } = JSON.parse(event.data) as Refusal;
  return new Refusal(status, code, message, hint);
}

/** An answer that goes on: asked for again, a moment later, where it breaks off. */
export async function follow(
  path: (lastId: string) => string,
  signal: AbortSignal,
  hear: (event: ServerSentEvent) => void,
  onRefusal: (refusal: Refusal) => void,
): Promise<void> {
  let lastId = '';
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      const headers: Record<string, string> = lastId === '' ? {} : { 'Last-Event-ID': lastId };
      for await (const event of askEvents(path(lastId), { signal, headers })) {
        attempt = 0;
        lastId = event.id;
        const refusal = refusalIn(event);
        if (refusal !== undefined) throw refusal;
        hear(event);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refusal && error.status !== 0) onRefusal(error);
      if (error instanceof Refusal && [400, 401, 403, 404].includes(error.status)) return;
    }
    await pause(Math.min(5000, 300 * 2 ** attempt), signal);
  }
}

/** Resolves after so many milliseconds, or when the signal aborts. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
