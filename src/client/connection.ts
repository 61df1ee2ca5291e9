import { errorOfBody, ProjectionistClientError } from './client-error.ts';
import type { CancelSignal, Fetch, IncomingResponse, OutgoingRequest } from './platform.ts';

export interface ClientOptions {
  /** A bearer token, or what answers one: it is called for every request, and may renew what has expired. */
  readonly token?: string | (() => string | PromiseLike<string>);
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** In place of the platform's own. */
  readonly fetch?: Fetch;
}

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal?: CancelSignal | undefined;
}

/** Where requests go, and what they all carry. */
export class Connection {
  readonly #url: string;
  readonly #options: ClientOptions;

  /** `url` may have a path that the API is mounted under. */
  constructor(url: string, options: ClientOptions) {
    this.#url = url.replace(/\/+$/, '');
    this.#options = options;
  }

  /**
   * Sends a request. Throws ProjectionistClientError unless it is answered well, and the signal's reason where that is
   * aborted.
   */
  async send(path: string, { method = 'GET', headers, body, signal }: Sent): Promise<IncomingResponse> {
    const request: OutgoingRequest = {
      method,
      headers: { ...this.#options.headers, ...(await this.#authorization()), ...headers },
      ...(body !== undefined && { body }),
      ...(signal !== undefined && { signal }),
    };
    const response = await this.#fetch(`${this.#url}${path}`, request);
    if (response.ok) return response;
    throw errorOfBody(response.status, await response.text());
  }

  async #authorization(): Promise<Record<string, string>> {
    const { token } = this.#options;
    if (token === undefined) return {};
    return { Authorization: `Bearer ${typeof token === 'string' ? token : await token()}` };
  }

  async #fetch(url: string, request: OutgoingRequest): Promise<IncomingResponse> {
    const fetch: Fetch = this.#options.fetch ?? globalThis.fetch;
    try {
      return await fetch(url, request);
    } catch (cause) {
      const signal = request.signal as CancelSignal | undefined;
      if (signal?.aborted === true) throw signal.reason;
      throw new ProjectionistClientError('UNREACHABLE', `There is no answer from ${url.split('?')[0]}`, {
        hint: 'Is the server running, and is the URL right? In a browser, does cors.origins list this page?',
        cause,
      });
    }
  }
}
