import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../engine/stage.ts';

interface Outcome {
  readonly status: object;
  readonly rows: number;
  readonly lastOwners: readonly string[];
  readonly parked: readonly { readonly triedAt: string; readonly parkedAt: string }[];
}

interface Lives {
  /** How many processes have ended before the one that lived to tell. */
  readonly deaths: number;
  readonly outcome: Outcome;
}

const run = promisify(execFile);

/** Starts processes on one data folder, until one lives to tell what has come of the events. */
class House {
  readonly data = temporaryFolder();
  readonly #marks = temporaryFolder();
  readonly #where: 'threads' | 'objects';
  readonly #settings: Readonly<Record<string, string>>;

  constructor(where: 'threads' | 'objects' = 'threads', settings: Readonly<Record<string, string>> = {}) {
    this.#where = where;
    this.#settings = settings;
  }

  async live(owners: readonly string[] = []): Promise<Lives> {
    for (let deaths = 0; deaths < 10; deaths += 1) {
      const outcome = await this.#liveOnce(owners);
      if (outcome !== undefined) return { deaths, outcome };
    }
    throw new Error('Ten processes have ended');
  }

  /** What is left beside the generations. */
  marks(): string[] {
    return readdirSync(join(this.data, 'views')).filter((name) => name.endsWith('-mark'));
  }

  /** Lives that begin with a retry, until it ends one; true when it has. */
  async diesOfRetry(partition: string): Promise<boolean> {
    return (await this.#liveOnce([], partition)) === undefined;
  }

  async #liveOnce(owners: readonly string[], retry?: string): Promise<Outcome | undefined> {
    const script = join(import.meta.dirname, 'doomed.ts');
    const given = [this.data, this.#where, JSON.stringify(owners), ...(retry === undefined ? [] : [retry])];
    const env = { ...process.env, MARKS: this.#marks, ...this.#settings, NODE_OPTIONS: '' };
    try {
      const { stdout } = await run('node', ['--conditions=projectionist-source', script, ...given], { env });
      return JSON.parse(stdout) as Outcome;
    } catch (error) {
      const { signal, code } = error as { signal: unknown; code: unknown };
      if (signal === 'SIGKILL' || code === 3) return undefined;
      throw error;
    }
  }
}

const others = (count: number) => Array.from({ length: count }, (_, index) => `other-${index}`);

test.each([
  ['the only one at work', 'threads', 'kills-always', 0, 2],
  ['one among others', 'threads', 'kills-always', 50, 3],
  ['one in a large batch', 'threads', 'kills-always', 3_000, 4],
  ['one that kills on the caller’s thread', 'objects', 'kills-always', 50, 3],
  ['one that exits on the caller’s thread', 'objects', 'exits-always', 50, 3],
] as const)(
  'an event that ends its process is parked after some starts: %s',
  async (_, where, culprit, count, patience) => {
    const house = new House(where);
    const { deaths, outcome } = await house.live([...others(count), culprit, 'last']);
    const position = count + 1;
    expect(deaths).toBeLessThanOrEqual(patience);
    expect(outcome).toMatchObject({
      status: { state: 'parked', position: position + 1, parked: 1 },
      rows: count + 1,
      lastOwners: expect.arrayContaining(['last']) as string[],
      parked: [
        { partition: culprit, position, error: { code: 'EVENT_ENDS_PROCESS', evidence: { position } } },
      ],
    });
    // It has stopped in good order; the next one knows the event from the generation.
    expect(house.marks()).toEqual([]);
    expect(await house.live()).toEqual({
      deaths: 0,
      outcome: expect.objectContaining({ parked: outcome.parked }) as object,
    });
  },
);

test('a live projection that stops at such an event has stopped at the next start too, without another death', async () => {
  const house = new House('threads', { ON_ERROR: 'stop' });
  const stopped = {
    status: { state: 'stopped', error: { code: 'EVENT_ENDS_PROCESS', evidence: { position: 2 } } },
  };
  // Of a build that fails nothing is kept: the next one is to try for itself.
  await house.live(['a']);
  expect((await house.live(['a', 'kills-always'])).outcome).toMatchObject(stopped);
  expect(await house.live()).toMatchObject({ deaths: 0, outcome: stopped });
});

test.each(['threads', 'objects'] as const)(
  'a retry that ends its process leaves the event parked, and says what happened: %s',
  async (where) => {
    const house = new House(where);
    const owners = ['a', 'kills-always', 'last'];
    const first = (await house.live(owners)).outcome.parked[0];
    for (const attempts of [2, 3]) {
      expect(await house.diesOfRetry('kills-always')).toBe(true);
      const { deaths, outcome } = await house.live();
      expect(deaths).toBe(0);
      expect(outcome).toMatchObject({
        status: { state: 'parked', position: 3 },
        rows: 2,
        parked: [
          {
            position: 2,
            attempts,
            parkedAt: first?.parkedAt,
            error: { code: 'EVENT_ENDS_PROCESS', message: expect.stringContaining('a retry') as string },
          },
        ],
      });
      expect(Date.parse(outcome.parked[0]?.triedAt ?? '')).toBeGreaterThan(Date.parse(first?.triedAt ?? ''));
      // It is told once.
      expect((await house.live()).outcome.parked).toEqual(outcome.parked);
    }
  },
  60_000,
);

test('where even the partition of such an event cannot be told, the projection stops, and no start ends any more', async () => {
  const house = new House('threads', { PARTITION: 'owner', VERSION: '1' });
  const stopped = {
    status: {
      state: 'stopped',
      error: { code: 'EVENT_ENDS_PROCESS', message: expect.stringContaining('also where it is') as string },
    },
  };
  await house.live(['a', 'b']);
  const { deaths, outcome } = await house.live(['a', 'b', 'kills-always', 'last']);
  expect(deaths).toBeLessThanOrEqual(4);
  expect(outcome).toMatchObject({ ...stopped, rows: 2, lastOwners: ['b', 'a'] });
  expect(await house.live()).toMatchObject({ deaths: 0, outcome: { ...stopped, rows: 2 } });
}, 60_000);

test('a process that is killed once is not held against the event at work', async () => {
  const house = new House();
  expect(await house.live(['a', 'kills-once', 'b'])).toMatchObject({
    deaths: 1,
    outcome: { status: { state: 'live' }, lastOwners: ['b', 'kills-once', 'a'], parked: [] },
  });
});
