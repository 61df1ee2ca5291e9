import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface RealServer {
  readonly url: string;
  /** Its data folder. */
  readonly data: string;
  /** Ends it, and takes its data away. */
  stop(): Promise<void>;
  /** Ends it, and leaves its data. */
  interrupt(): Promise<void>;
}

interface Settings {
  /** Variables of its environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where an earlier one was: on the same port, with its data. */
  readonly after?: RealServer;
}

/** Starts `projectionist start` on a free port, in a data folder of its own, and waits until it is ready. */
export async function startServer(
  projections: string,
  seed: string | undefined,
  { environment = {}, after }: Settings = {},
): Promise<RealServer> {
  const data = after?.data ?? mkdtempSync(join(tmpdir(), 'projectionist-console-'));
  const port = after === undefined ? '0' : new URL(after.url).port;
  const args = ['start', '--port', port, '--data', data, '--projections', resolve(projections)];
  if (seed !== undefined) args.push('--seed', seed);
  const server = spawn(process.execPath, [resolve('src/cli/projectionist.js'), ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await ready(server);
  const interrupt = async (): Promise<void> => {
    if (server.exitCode !== null) return;
    server.kill('SIGTERM');
    await once(server, 'exit');
  };
  const stop = async (): Promise<void> => {
    await interrupt();
    rmSync(data, { recursive: true, force: true, maxRetries: 3 });
  };
  return { url, data, stop, interrupt };
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
