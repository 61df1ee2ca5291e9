import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launch, opened } from './browser.ts';
import { type RealServer, startServer } from './real-server.ts';
import { writeTrouble } from './trouble-log.ts';

/** A server whose projections are in trouble, and a browser, for all tests of a file. */
export class Troubled {
  #browser: Browser | undefined;
  #server: RealServer | undefined;

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'projectionist-console-'));
    const log = join(folder, 'trouble.ndjson');
    beforeAll(async () => {
      writeTrouble(log);
      this.#browser = await launch();
      this.#server = await startServer('test/console/trouble', log);
    }, 300_000);
    afterAll(async () => {
      await this.#browser?.close();
      await this.#server?.stop();
      rmSync(folder, { recursive: true, force: true });
    });
  }

  get url(): string {
    return (this.#server as RealServer).url;
  }

  /** Opens a path of the console: see `opened`. */
  open(path = '', options?: Parameters<typeof opened>[2]): Promise<Page> {
    return opened(this.#browser as Browser, `${this.url}/console${path}`, options);
  }
}
