import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const CLI = resolve('src/cli/projectionist.js');

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** A temporary project folder, in which the command line runs as a user would run it. */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'projectionist-cli-'));

  /** With the repository's own sample projections, or with none. */
  constructor({ hasSamples = true } = {}) {
    mkdirSync(join(this.folder, 'projections'));
    // Definitions import drizzle-orm and zod from where they stand.
    symlinkSync(resolve('node_modules'), join(this.folder, 'node_modules'));
    if (hasSamples) cpSync(resolve('projections'), join(this.folder, 'projections'), { recursive: true });
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  run(
    args: readonly string[],
    { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {},
  ): Outcome {
    const child = spawnSync(process.execPath, [CLI, ...args], {
      cwd: this.folder,
      input,
      env: { ...process.env, PROJECTIONIST_LOG_FORMAT: 'text', ...env },
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { code: child.status, out: child.stdout, error: child.stderr };
  }

  /** Starts a server on a free port; resolves when it says that it is ready. */
  async serve(...args: string[]): Promise<Server> {
    const server = this.begin('start', '--port', '0', ...args);
    await server.says(/Ready\. Try:/);
    return server;
  }

  /** Starts a command, and does not wait for anything. */
  begin(...args: string[]): Server {
    return this.beginWith({ PROJECTIONIST_LOG_FORMAT: 'text' }, ...args);
  }

  /** The same, with these variables. */
  beginWith(env: Record<string, string>, ...args: string[]): Server {
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: this.folder,
      env: { ...process.env, ...env },
    });
    return new Server(child);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class Server {
  text = '';
  readonly #child: ReturnType<typeof spawn>;
  readonly #exit: Promise<unknown[]>;

  constructor(child: ReturnType<typeof spawn>) {
    this.#child = child;
    this.#exit = once(child, 'exit');
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.text += chunk.toString();
        child.emit('said');
      });
    }
  }

  get url(): string {
    return /Listening on (http:[^\s"]+)/.exec(this.text)?.[1] ?? '';
  }

  /** Resolves when the output matches; rejects when the process ends first. */
  async says(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text)) {
      const said = await Promise.race([
        once(this.#child, 'said').then(() => true),
        this.#exit.then(() => false),
      ]);
      if (!said && !pattern.test(this.text))
        throw new Error(`The server ended before it said ${pattern}:\n${this.text}`);
    }
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** What is written here the process reads from its standard input. */
  get input(): NodeJS.WritableStream {
    return this.#child.stdin as NodeJS.WritableStream;
  }

  /** The exit code; null after a kill. */
  async ended(): Promise<number | null> {
    const [code] = await this.#exit;
    return code as number | null;
  }

  /** Asks the process to end in good order, and answers its exit code. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.signal(signal);
    return this.ended();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}
