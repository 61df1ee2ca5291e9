import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createProjectionist } from '../../src/index.ts';
import type { Projectionist } from '../../src/projectionist.ts';
import type { ProjectionistOptions } from '../../src/projectionist-options.ts';
import { thingsProjection } from './things.ts';

export interface Message {
  readonly event: string;
  readonly id: number;
  readonly data: {
    readonly position: number;
    readonly reason?: string;
    readonly rows?: readonly Row[];
    readonly changes?: readonly Change[];
  };
}

export type Row = Readonly<Record<string, unknown>>;

export interface Change {
  readonly type: 'insert' | 'update' | 'delete';
  readonly key: Row;
  readonly index?: number;
  readonly row?: Row;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'projectionist-live-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** A started Projectionist over `things`, closed after the test. */
export async function started(options: ProjectionistOptions = {}): Promise<Projectionist> {
  const projectionist = await createProjectionist({
    data: temporaryFolder(),
    projections: [thingsProjection()],
    ...options,
  });
  onTestFinished(() => projectionist.close());
  projectionist.start();
  await projectionist.ready();
  return projectionist;
}

/** The rows after a message, as docs/live-queries.md says that a client is to apply it. */
export function apply(rows: readonly Row[], { event, data }: Message): readonly Row[] {
  if (event === 'snapshot') return data.rows ?? [];
  const changes = data.changes ?? [];
  const isOf = (key: Row) => (row: Row) => Object.entries(key).every(([name, value]) => row[name] === value);
  const taken = changes.filter(({ type, index }) => type === 'delete' || index !== undefined);
  let result = rows.filter((row) => !taken.some(({ key }) => isOf(key)(row)));
  for (const { type, key, index, row } of changes) {
    if (type === 'delete' || row === undefined) continue;
    if (index === undefined) result = result.map((old) => (isOf(key)(old) ? row : old));
    else result = result.toSpliced(index, 0, row);
  }
  return result;
}

/** A live answer that is read without a socket, block by block. */
export class Live {
  readonly status: number;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #text = '';
  /** The position that the last id names. */
  lastId = 0;
  lastText = '';

  constructor(response: Response) {
    this.status = response.status;
    this.#reader = response.body?.getReader();
  }

  static async open(projectionist: Projectionist, path: string, after?: number): Promise<Live> {
    const headers = {
      Accept: 'text/event-stream',
      ...(after !== undefined && { 'Last-Event-ID': String(after) }),
    };
    const live = new Live(await projectionist.app.request(path, { headers }));
    if (after !== undefined) live.lastId = after;
    return live;
  }

  /** The next message; undefined when the stream has ended. */
  async next(): Promise<Message | undefined> {
    for (;;) {
      const block = await this.#block();
      if (block === undefined) return undefined;
      const fields = new Map(
        block
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      const id = fields.get('id');
      if (id !== undefined) {
        this.lastText = id;
        this.lastId = Number.parseInt(id, 10);
      }
      const data = fields.get('data');
      if (data === undefined) continue;
      return {
        event: fields.get('event') ?? 'message',
        id: this.lastId,
        data: JSON.parse(data) as Message['data'],
      };
    }
  }

  async close(): Promise<void> {
    await this.#reader?.cancel();
  }

  async #block(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end !== -1) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return block;
      }
      const { value, done } = (await this.#reader?.read()) ?? { value: undefined, done: true };
      if (done) return undefined;
      this.#text += new TextDecoder().decode(value);
    }
  }
}
