import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { inspect } from '../../src/engine/inspect.ts';
import { EventLog } from '../../src/event-log/event-log.ts';
import { compileDefinitions } from '../../src/projection/load.ts';
import { generationsIn } from './building.ts';
import { accountsProjection, history, localAccounts, notesProjection } from './ledger.ts';
import { Notices, open, rowsOf, statusOf, temporaryFolder } from './stage.ts';

const compiled = (...definitions: Parameters<typeof compileDefinitions>[0]) =>
  compileDefinitions(definitions);

/** An engine on its own, which can be given other definitions. */
async function engineOn(data: string, definitions: ReturnType<typeof compiled>) {
  const notices = new Notices();
  const log = EventLog.open(join(data, 'log.db'));
  await log.appendAll(history(50, 20));
  const engine = new Engine({ data, log, definitions, announce: notices.hear });
  onTestFinished(async () => {
    await engine.close();
    await log.close();
  });
  engine.start();
  return { engine, log, notices };
}

test('other definitions are taken over: what changed is built, what is new begins, what is gone is let go', async () => {
  const data = temporaryFolder();
  const { engine, log, notices } = await engineOn(data, compiled(accountsProjection(), notesProjection()));
  await Promise.all(['accounts', 'notes'].map((name) => engine.waitFor(name, log.head(), 20_000)));
  expect(await engine.useDefinitions(compiled(accountsProjection(2)))).toEqual(['accounts']);
  expect(notices.of('orphaned')).toMatchObject([{ projection: 'notes' }]);
  expect(await notices.until('went-live', 3)).toMatchObject({ projection: 'accounts', generation: 2 });
  expect(await engine.useDefinitions(compiled(accountsProjection(2), notesProjection()))).toEqual(['notes']);
  await engine.waitFor('notes', log.head(), 20_000);
  // It had been live before, and goes on.
  expect(engine.live('notes')?.number).toBe(1);
});

test('a projection that no definition declares any more is orphaned at once for those who look at the files', async () => {
  const data = temporaryFolder();
  const { engine, log } = await engineOn(data, compiled(accountsProjection(), notesProjection()));
  await Promise.all(['accounts', 'notes'].map((name) => engine.waitFor(name, log.head(), 20_000)));
  const statesNow = () => inspect(data).projections.map(({ name, state }) => `${name} ${state}`);
  await expect.poll(statesNow, { timeout: 20_000 }).toEqual(['accounts live', 'notes live']);
  await engine.operate('notes', 'pause');
  await engine.useDefinitions(compiled(accountsProjection()));
  expect(statesNow()).toEqual(['accounts live', 'notes orphaned']);
  expect(inspect(data).projections[1]).toMatchObject({ views: ['notes'], generation: 1, error: null });
  await engine.useDefinitions(compiled(accountsProjection(), notesProjection()));
  expect(statesNow()).toEqual(['accounts live', 'notes paused']);
  await engine.close();
  expect(statesNow()).toEqual(['accounts unknown', 'notes paused']);
});

test('an engine says of what it was started without that it is orphaned, unless it knows one projection only', async () => {
  const data = temporaryFolder();
  const first = await engineOn(data, compiled(accountsProjection(), notesProjection()));
  await first.engine.waitFor('notes', first.log.head(), 20_000);
  await first.engine.close();
  const stateOfNotes = () => inspect(data).projections.find(({ name }) => name === 'notes')?.state;
  const definitions = compiled(accountsProjection());
  const alone = new Engine({ data, log: first.log, definitions, takesCommands: false });
  await alone.useDefinitions(definitions);
  expect(stateOfNotes()).not.toBe('orphaned');
  await alone.close();
  const whole = new Engine({ data, log: first.log, definitions });
  onTestFinished(() => whole.close());
  whole.start();
  await expect.poll(stateOfNotes, { timeout: 20_000 }).toBe('orphaned');
});

test('definitions that change faster than they can be built end with the last one', async () => {
  const data = temporaryFolder();
  const { engine, log, notices } = await engineOn(data, compiled(accountsProjection()));
  await engine.waitFor('accounts', log.head(), 20_000);
  const changes = [2, 3, 4, 5].map((factor) => engine.useDefinitions(compiled(accountsProjection(factor))));
  await Promise.all(changes);
  await expect(engine.operate('accounts', 'rebuild')).resolves.toHaveProperty('generation');
  const wanted = compiled(accountsProjection(5)).projections[0]?.compiled.program.hash;
  expect(engine.status()).toMatchObject([{ programHash: wanted, state: 'live', build: null, error: null }]);
  expect(notices.of('stopped')).toEqual([]);
  await engine.close();
  expect(generationsIn(data).map((line) => line.split(' ')[1])).toEqual(['retired', 'live']);
});

test('a definition that is taken back before it was built leaves the live generation as it is', async () => {
  const data = temporaryFolder();
  const { engine, log } = await engineOn(data, compiled(accountsProjection()));
  await engine.waitFor('accounts', log.head(), 20_000);
  await engine.useDefinitions(compiled(accountsProjection(2)));
  await engine.useDefinitions(compiled(accountsProjection()));
  const { position } = await log.append('account-1', { type: 'account.deposited', data: { amount: 1 } });
  await engine.waitFor('accounts', position, 20_000);
  expect(engine.status()).toMatchObject([{ generation: 1, state: 'live', build: null, error: null }]);
  await engine.close();
  expect(generationsIn(data)).toEqual(['1 live']);
});

test('a build that had begun, and is given up for a definition that was taken back, does not end without a word', async () => {
  const { engine, log, notices } = await engineOn(temporaryFolder(), compiled(accountsProjection()));
  await engine.waitFor('accounts', log.head(), 20_000);
  await engine.useDefinitions(compiled(accountsProjection(2)));
  await notices.until('build-started', 2);
  await engine.useDefinitions(compiled(accountsProjection()));
  expect(notices.of('kept')).toMatchObject([
    { projection: 'accounts', generation: 1, reason: 'the definition is again what it was built from' },
  ]);
});

test('closing in the middle of everything rejects what was asked for, and leaves a folder that goes on', async () => {
  const data = temporaryFolder();
  const { engine, log } = await engineOn(data, compiled(accountsProjection(), notesProjection()));
  await Promise.all(['accounts', 'notes'].map((name) => engine.waitFor(name, log.head(), 20_000)));
  const asked = [
    engine.operate('accounts', 'rebuild'),
    engine.operate('notes', 'rebuild'),
    engine.waitFor('accounts', log.head() + 1, 60_000),
    engine.useDefinitions(compiled(accountsProjection(7), notesProjection())),
  ];
  const outcomes = Promise.allSettled(asked);
  await engine.close();
  const rejected = (await outcomes).filter((outcome) => outcome.status === 'rejected');
  expect(rejected.length).toBeGreaterThan(0);
  expect(new Set(rejected.map(({ reason }) => (reason as { code: string }).code))).toEqual(
    new Set(['CLOSED']),
  );
  await expect(engine.operate('accounts', 'rebuild')).rejects.toMatchObject({ code: 'CLOSED' });
  await log.close();
  const { p } = await open(data, { projections: [accountsProjection(7), notesProjection()] });
  await p.rebuild('accounts');
  expect(await rowsOf(p, 'accounts', 'id=eq.account-1')).toMatchObject([{ balance: 210 * 7 }]);
});

test('a generation whose functions are gone answers, frozen, until the present definition is built', async () => {
  const data = temporaryFolder();
  const first = await open(data, { projections: [localAccounts()] });
  await first.p.log.appendAll(history(3, 3));
  await first.p.ready();
  await first.p.close();
  const { p, notices } = await open(data);
  expect(await rowsOf(p, 'accounts', 'id=eq.account-1')).toMatchObject([{ balance: 12 }]);
  expect(statusOf(p)).toMatchObject({ generation: 1, position: 12, error: null });
  await notices.until('went-live');
  expect(notices.of('stopped')).toEqual([]);
  expect(await rowsOf(p, 'accounts', 'id=eq.account-1')).toMatchObject([{ balance: 6 }]);
  await expect(p.rollback('accounts')).rejects.toMatchObject({ code: 'NOTHING_TO_ROLL_BACK' });
});
