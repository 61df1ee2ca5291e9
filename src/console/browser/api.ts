import { signal } from '@preact/signals';
import { parseExactly } from './exact.ts';
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
/** When the server answered last, in milliseconds since 1970, while it does not answer; else undefined. */
export const heardAt = signal<number | undefined>(undefined);
let lastAnswer = Date.now();
let token = sessionStorage.getItem(KEPT) ?? '';
/** What the document asked for before this was loaded, by address; each answer is taken once. See page.ts. */
let early = (globalThis as { projectionistEarly?: Record<string, Promise<Response | undefined>> })
  .projectionistEarly;

/** Kept for this tab alone, and until it is closed. */
export function useToken(text: string): void {
  token = text.trim();
  if (token === '') sessionStorage.removeItem(KEPT);
  else sessionStorage.setItem(KEPT, token);
  needsToken.value = false;
  early = undefined;
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
    const response = (await earlyAnswer(url, request)) ?? (await fetch(url, request));
    lastAnswer = Date.now();
    heardAt.value = undefined;
    return response;
  } catch (error) {
    if (request.signal?.aborted === true) throw error;
    heardAt.value ??= lastAnswer;
    throw new Refusal(0, 'UNREACHABLE', 'The server does not answer', 'It is asked again by itself.');
  }
}

/** Undefined where nothing was asked for early, or nothing came of it. */
async function earlyAnswer(url: string, { method }: RequestInit): Promise<Response | undefined> {
  const answer = method === 'GET' ? early?.[url] : undefined;
  if (answer !== undefined) delete early?.[url];
  return answer;
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
  return parseExactly(await (await ask(path, asked)).text()) as T;
}
