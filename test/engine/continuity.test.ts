import { expect, onTestFinished, test } from 'vitest';
import type { Projectionist } from '../../src/projectionist.ts';
import { accountsProjection, deposited, history, localAccounts } from './ledger.ts';
import { open, statusOf, temporaryFolder } from './stage.ts';

/** Asks a view again and again, and notes every answer that is an error, empty, or of an earlier position. */
class Hammer {
  readonly complaints: string[] = [];
  answers = 0;
  readonly #p: Projectionist;
  readonly #stopped: Promise<void>;
  #isOver = false;
  #position = 0;

  constructor(p: Projectionist) {
    this.#p = p;
    this.#stopped = this.#run();
    onTestFinished(() => this.stop());
  }

  stop(): Promise<void> {
    this.#isOver = true;
    return this.#stopped;
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      await this.#ask();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #ask(): Promise<void> {
    const response = await this.#p.app.request('/views/accounts?limit=3');
    const position = Number(response.headers.get('Projection-Position'));
    const rows = (await response.json()) as unknown[];
    if (response.status !== 200) this.complaints.push(`status ${response.status}`);
    else if (rows.length === 0) this.complaints.push('no rows');
    if (position < this.#position)
      this.complaints.push(`from position ${this.#position} back to ${position}`);
    this.#position = position;
    this.answers += 1;
  }
}

test.each([
  ['in a thread', accountsProjection],
  ["on the caller's thread", localAccounts],
])(
  'while generations change %s and events come, every query is answered, and never from the past',
  async (_, definition) => {
    const { p, notices } = await open(temporaryFolder(), { projections: [definition()] });
    await p.log.appendAll(history(200, 20));
    await p.ready();
    const hammer = new Hammer(p);
    const over = new AbortController();
    const appending = (async () => {
      while (!over.signal.aborted) {
        await p.log.appendAll([deposited('account-1', 1), deposited('account-2', 1)]);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (let round = 0; round < 3; round += 1) {
      await p.rebuild('accounts');
      await p.rollback('accounts');
    }
    over.abort();
    await appending;
    await p.ready();
    await hammer.stop();
    expect(hammer.complaints).toEqual([]);
    expect(hammer.answers).toBeGreaterThan(10);
    expect(notices.of('went-live')).toHaveLength(7);
    const positions = notices.of('went-live').map(({ position }) => position);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(statusOf(p)).toMatchObject({ state: 'live', lag: 0 });
  },
);

test('the live generation goes on while a build runs, and after a build that was given up', async () => {
  const { p } = await open(temporaryFolder());
  await p.log.appendAll(history(500, 20));
  await p.ready();
  for (let round = 0; round < 3; round += 1) {
    const rebuild = p.rebuild('accounts').catch(() => {});
    const { position } = await p.log.append('account-1', { type: 'account.deposited', data: { amount: 1 } });
    await p.waitFor('accounts', position);
    // Gives the rebuild up, and is refused itself: there may be nothing to go back to.
    await p.rollback('accounts').catch(() => {});
    await rebuild;
  }
  const { position } = await p.log.append('account-1', { type: 'account.deposited', data: { amount: 1 } });
  await p.waitFor('accounts', position);
  expect(statusOf(p)).toMatchObject({ state: 'live', position });
});
