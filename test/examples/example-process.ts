import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** An example's server as its README starts it, over a data folder of its own. */
export class ExampleProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
    this.#ended = once(child, 'exit');
  }

  /** Starts it; resolves when it says where it listens. */
  static async start(example: string, data: string): Promise<ExampleProcess> {
    const file = resolve('examples', example, 'server.ts');
    const child = spawn(process.execPath, ['--conditions=projectionist-source', file], {
      env: { ...process.env, PORT: '0', DATA: data },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    for await (const chunk of child.stdout) {
      text += String(chunk);
      const url = /Listening on (\S+)/.exec(text)?.[1];
      if (url !== undefined) return new ExampleProcess(url, child);
    }
    throw new Error(`${example} ended before it listened: ${text}`);
  }

  /** Asks it to end; resolves with its exit code, or null where a signal ended it. */
  async stop(signal: 'SIGINT' | 'SIGTERM' = 'SIGTERM'): Promise<unknown> {
    this.#child.kill(signal);
    return (await this.#ended)[0];
  }

  /** Signs somebody in; answers the headers that say who it is. */
  async signIn(name: string): Promise<{ readonly cookie: string }> {
    const response = await this.send('POST', '/session', { name });
    return { cookie: (response.headers.get('Set-Cookie') ?? '').split(';')[0] ?? '' };
  }

  send(
    method: string,
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      headers: { ...(body && { 'Content-Type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
  }
}

/** A data folder, and what removes it. */
export function dataFolder(): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'projectionist-example-'));
  return { path: join(folder, 'data'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
