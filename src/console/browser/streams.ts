import { EventParser, type ServerSentEvent } from '../../client/event-parser.ts';
import { ask, type Asked, Refusal } from './api.ts';
import { pause } from './pause.ts';

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
