/**
 * What the client needs of its platform, by shape: neither the DOM's types nor Node's have to be there for its own to
 * be read. `fetch`, `AbortSignal` and `Response` of browsers, Node, Deno, Bun and workers have these shapes.
 */

/** An AbortSignal. */
export interface CancelSignal {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface OutgoingRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- every platform has its own AbortSignal, and wants no other
  readonly signal?: any;
}

export interface IncomingResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: { getReader(): ChunkReader } | null;
  text(): Promise<string>;
}

export interface ChunkReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/** `fetch`, or what stands in for it, such as `app.request` of a test. */
export type Fetch = (
  url: string,
  request: OutgoingRequest,
) => IncomingResponse | PromiseLike<IncomingResponse>;
