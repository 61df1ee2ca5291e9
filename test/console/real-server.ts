import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface RealServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts `projectionist start` on a free port, in a data folder of its own, and waits until it is ready. */
export async function startServer(
  projections: string,
  seed: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<RealServer> {
  const data = mkdtempSync(join(tmpdir(), 'projectionist-console-'));
  const args = [
    'start',
    '--port',
    '0',
    '--data',
    data,
    '--projections',
    resolve(projections),
    '--seed',
    seed,
  ];
  const server = spawn(process.execPath, [resolve('src/cli/projectionist.js'), ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await ready(server);
  return {
    url,
    stop: async () => {
      server.kill('SIGTERM');
      await once(server, 'exit');
      rmSync(data, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** What it says later is read too, so that it does not fill the pipe. */
function ready(server: ChildProcess): Promise<string> {
  return new Promise((found, failed) => {
    let text = '';
    server.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const url = /Listening on ([^\s"]+)/.exec(text)?.[1];
      if (url !== undefined && text.includes('Ready')) found(url);
    });
    server.once('exit', () => failed(new Error(`The server has ended: ${text}`)));
  });
}
