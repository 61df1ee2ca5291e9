import { preferHeader } from './asked.ts';
import { parseAnswer, ProjectionistClientError } from './client-error.ts';
import type { Connection } from './connection.ts';
import { EventParser, type ServerSentEvent } from './event-parser.ts';
import { type LiveMessage, type LiveResult, resultsOf } from './live-changes.ts';
import { messageOf, nextChunk, type Opening, readerOf, SILENCE } from './live-stream.ts';
import type { CancelSignal } from './platform.ts';

export interface ReplayOptions {
  /** The position of the first answer; 0, before every event, where it is not said. */
  readonly from?: number;
  /** The position of the last one; the head where it is not said. */
  readonly to?: number;
  /** Positions between two answers; a thousandth of the range where it is not said. */
  readonly step?: number;
  /** Ends the iteration when it is aborted. */
  readonly signal?: CancelSignal;
}

/** The whole result as of a position. */
export interface ReplayResult<Row> extends LiveResult<Row> {
  /** Of the event at the position; undefined before every event. */
  readonly time: Date | undefined;
}

/** The results of a replay, to its end. */
export async function* replayedResults<Row extends object>(
  connection: Connection,
  opening: Opening,
  options: ReplayOptions,
  stop: AbortController,
): AsyncGenerator<ReplayResult<Row>, void, undefined> {
  const { signal } = options;
  const abort = () => stop.abort();
  signal?.addEventListener('abort', abort);
  if (signal?.aborted === true) stop.abort();
  let time: Date | undefined;
  async function* messages(): AsyncGenerator<LiveMessage<Row>, void, undefined> {
    for await (const event of replayedEvents(connection, opening, options, stop.signal)) {
      time = timeOf(event);
      yield messageOf<Row>(event);
    }
  }
  try {
    for await (const result of resultsOf(messages())) yield { ...result, time };
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
    stop.abort();
  }
}

async function* replayedEvents(
  connection: Connection,
  { path, preferences }: Opening,
  { from = 0, to, step }: ReplayOptions,
  signal: AbortSignal,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const replay = { replay: `${from}..${to ?? ''}`, ...(step !== undefined && { step: String(step) }) };
  const headers = { Accept: 'text/event-stream', ...preferHeader({ ...preferences, ...replay }) };
  const reader = readerOf(await connection.send(path, { headers, signal }));
  const parser = new EventParser();
  try {
    for (;;) {
      const chunk = await nextChunk(reader, SILENCE);
      if (chunk === undefined) throw brokenOff();
      for (const event of parser.push(chunk)) {
        if (event.event === 'end') return;
        yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function timeOf({ data }: ServerSentEvent): Date | undefined {
  const { time } = parseAnswer(200, data) as { readonly time?: string | null };
  return time === undefined || time === null ? undefined : new Date(time);
}

function brokenOff(): ProjectionistClientError {
  return new ProjectionistClientError('UNREACHABLE', 'The replay broke off before its end', {
    hint: 'Ask again, from the last position.',
  });
}
