import { expect, test } from 'vitest';
import { stopped } from '../../src/engine/states/obstacles.ts';
import { PositionWaiters } from '../../src/engine/position-waiters.ts';
import { deposited, history, opened, strictAccounts } from './ledger.ts';
import { open, rowsOf, temporaryFolder } from './stage.ts';

const LONG = 60_000;
const report = { code: 'APPLY_FAILED', message: 'no', hint: 'mend it', evidence: { position: 3 } };

test('a wait ends when its position is reached, and not before', async () => {
  const waiters = new PositionWaiters();
  const order: string[] = [];
  const five = waiters.wait(5, LONG).then(() => order.push('5'));
  waiters.reached(4);
  await new Promise((resolve) => setImmediate(resolve));
  order.push('at 4');
  waiters.reached(6);
  await five;
  expect(order).toEqual(['at 4', '5']);
});

test('position 0 is reached once a generation answers', async () => {
  const waiters = new PositionWaiters();
  await expect(waiters.wait(0, 0)).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' });
  waiters.reached(0);
  await expect(waiters.wait(0, 0)).resolves.toBeUndefined();
});

test('a wait past its limit says where the projection is', async () => {
  const waiters = new PositionWaiters();
  waiters.reached(2);
  await expect(waiters.wait(5, 1)).rejects.toMatchObject({
    code: 'WAIT_TIMEOUT',
    evidence: { expected: 5, actual: 2 },
  });
});

test('a limit that no timer could hold is a long one, not none', async () => {
  const waiters = new PositionWaiters();
  const endless = waiters.wait(1, Number.POSITIVE_INFINITY);
  // A timer that took it for 1 ms would be due before this one.
  await new Promise((resolve) => setTimeout(resolve, 5));
  waiters.reached(1);
  await expect(endless).resolves.toBeUndefined();
});

test('a wait that nothing can end any more is refused at once, and has hope again when something is built', async () => {
  const waiters = new PositionWaiters();
  waiters.reached(2);
  const early = waiters.wait(5, LONG);
  waiters.block(stopped('accounts', report));
  const refused = { code: 'PROJECTION_STOPPED', hint: 'mend it', evidence: { position: 3 } };
  await expect(early).rejects.toMatchObject(refused);
  await expect(waiters.wait(5, LONG)).rejects.toMatchObject(refused);
  await expect(waiters.wait(2, LONG)).resolves.toBeUndefined();
  waiters.unblock();
  const hopeful = waiters.wait(5, LONG);
  waiters.reached(5);
  await expect(hopeful).resolves.toBeUndefined();
});

test('a wait ends with its signal, and with the engine', async () => {
  const waiters = new PositionWaiters();
  const controller = new AbortController();
  const left = waiters.wait(5, LONG, controller.signal);
  controller.abort();
  await expect(left).rejects.toMatchObject({ code: 'CLOSED' });
  await expect(waiters.wait(5, LONG, controller.signal)).rejects.toMatchObject({ code: 'CLOSED' });
  const last = waiters.wait(5, LONG);
  waiters.close();
  await expect(last).rejects.toMatchObject({ code: 'CLOSED' });
  await expect(waiters.wait(5, LONG)).rejects.toMatchObject({ code: 'CLOSED' });
});

test('whoever has waited for a position reads it, through rebuilds and rollbacks too', async () => {
  const { p } = await open(temporaryFolder());
  await p.log.appendAll(history(100, 5));
  await p.ready();
  const changes = (async () => {
    for (let round = 0; round < 3; round += 1) {
      await p.rebuild('accounts');
      await p.rollback('accounts');
    }
  })();
  for (let round = 0; round < 60; round += 1) {
    const { position } = await p.log.append('account-1', { type: 'account.deposited', data: { amount: 1 } });
    await p.waitFor('accounts', position);
    const [row] = await rowsOf(p, 'accounts', 'id=eq.account-1');
    expect(row).toMatchObject({ balance: 15 + round + 1 });
  }
  await changes;
});

test('a wait for a projection that has stopped is refused, with the event that stopped it', async () => {
  const { p, notices } = await open(temporaryFolder(), { projections: [strictAccounts()] });
  const waiting = p.waitFor('accounts', 3);
  await p.log.appendAll([opened('a'), deposited('nobody', 1), deposited('a', 2)]);
  const refused = { code: 'PROJECTION_STOPPED', evidence: { position: 2, stream: 'nobody' } };
  await expect(waiting).rejects.toMatchObject(refused);
  await notices.until('stopped');
  await expect(p.waitFor('accounts', 3)).rejects.toMatchObject(refused);
});
