/** Many readers of live answers, in a process of their own: each checks what it is told, one by one. */
import { get, type IncomingMessage } from 'node:http';

export interface Task {
  /** One for each reader. */
  readonly urls: readonly string[];
  /** How many of them, the first ones, do not read until they are told to. */
  readonly stalled: number;
}

export type Order = { readonly kind: 'begin'; readonly task: Task } | { readonly kind: 'resume' };

export type Report =
  | { readonly kind: 'begun' }
  /** So many readers have `most` rows, and none has more. */
  | { readonly kind: 'rows'; readonly most: number; readonly readers: number }
  | { readonly kind: 'fault'; readonly message: string };

interface Change {
  readonly type: string;
  readonly index?: number;
  readonly row: { readonly id: string };
}

/** One reader of a list to whose end rows are added. */
class Reader {
  readonly ids: string[] = [];
  readonly response: IncomingMessage;
  readonly #told: () => void;
  #position = -1;
  #text = '';

  constructor(response: IncomingMessage, told: () => void) {
    this.response = response;
    this.#told = told;
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#read(text));
  }

  #read(text: string): void {
    const blocks = (this.#text + text).split('\n\n');
    this.#text = blocks.pop() as string;
    for (const block of blocks) {
      const [, event, data] = /^event: (\w+)\nid: \d+\ndata: (.*)$/.exec(block) ?? [];
      if (data !== undefined) this.#apply(event as string, JSON.parse(data));
    }
    this.#told();
  }

  #apply(
    event: string,
    data: { readonly position: number; readonly rows?: Change['row'][]; readonly changes?: Change[] },
  ): void {
    if (data.position <= this.#position) return fault(`position ${data.position} after ${this.#position}`);
    this.#position = data.position;
    if (event === 'snapshot') this.ids.splice(0, Infinity, ...(data.rows ?? []).map(({ id }) => id));
    for (const { type, index, row } of data.changes ?? []) {
      if (type !== 'insert' || index !== this.ids.length) return fault(`${type} at ${index}`);
      this.ids.push(row.id);
    }
    const last = this.ids.length - 1;
    if (last >= 0 && this.ids[last] !== String(last).padStart(6, '0')) fault(`${this.ids[last]} at ${last}`);
  }
}

const readers: Reader[] = [];
const tell = (report: Report) => void process.send?.(report);
const fault = (message: string): void => tell({ kind: 'fault', message });

let reported = '';
/** Tells once how many readers have as many rows as the one with the most. */
function tellRows(): void {
  const most = Math.max(...readers.map(({ ids }) => ids.length));
  const count = readers.filter(({ ids }) => ids.length === most).length;
  if (reported === `${most} ${count}`) return;
  reported = `${most} ${count}`;
  tell({ kind: 'rows', most, readers: count });
}

let timer: NodeJS.Immediate | undefined;
const told = () => {
  timer ??= setImmediate(() => {
    timer = undefined;
    tellRows();
  });
};

async function begin({ urls, stalled }: Task): Promise<void> {
  for (const [index, url] of urls.entries()) {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url, { headers: { Accept: 'text/event-stream' }, agent: false }, resolve).on('error', reject);
    });
    if (response.statusCode !== 200) fault(`status ${response.statusCode}`);
    readers.push(new Reader(response, told));
    if (index < stalled) response.pause();
  }
  tell({ kind: 'begun' });
}

process.on('message', (order: Order) => {
  if (order.kind === 'begin') void begin(order.task).catch((error: Error) => fault(error.message));
  else for (const { response } of readers) response.resume();
});
