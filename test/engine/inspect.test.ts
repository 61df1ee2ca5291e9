import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Catalog } from '../../src/engine/catalog.ts';
import { inspect } from '../../src/engine/inspect.ts';
import type { ProjectionStatus } from '../../src/engine/states/status.ts';
import { StatusRecorder } from '../../src/engine/states/status-recorder.ts';
import { deposited, opened, strictAccounts } from './ledger.ts';
import { open, statusOf, temporaryFolder } from './stage.ts';

const PATIENT = { timeout: 20_000 };

test('files tell what the running process sees, and nothing is known of the state once it is gone', async () => {
  const data = temporaryFolder();
  const stopping = { ...strictAccounts(), ...({ onError: 'stop' } as object) };
  const { p } = await open(data, { projections: [stopping] });
  await p.log.appendAll([opened('a')]);
  await p.ready();
  await expect
    .poll(() => inspect(data).projections, PATIENT)
    .toMatchObject([{ name: 'accounts', state: 'live', position: 1, lag: 0, lagSeconds: 0, error: null }]);
  await p.log.appendAll([deposited('nobody', 1)]);
  const error = { code: 'APPLY_FAILED', evidence: { position: 2 } };
  await expect
    .poll(() => inspect(data).projections, PATIENT)
    .toMatchObject([
      {
        state: 'stopped',
        position: 1,
        lag: 1,
        lagSeconds: expect.any(Number),
        error,
        asOf: expect.any(String),
      },
    ]);
  await p.close();
  const { isRunning, projections } = inspect(data);
  expect(isRunning).toBe(false);
  expect(projections).toMatchObject([{ state: 'unknown', position: 1, lag: 1, lagSeconds: null, error }]);
});

test('a process that shows no sign of life for half a minute is not believed', async () => {
  const data = temporaryFolder();
  const { p } = await open(data);
  await p.ready();
  await expect.poll(() => inspect(data).projections[0]?.state, PATIENT).toBe('live');
  const later = new Date(Date.now() + 31_000);
  expect(inspect(data, () => later).projections).toMatchObject([{ state: 'unknown', generation: 1 }]);
});

test('what is seen is written when it changes, and every ten seconds as a sign of life', async () => {
  const data = temporaryFolder();
  const { p } = await open(data);
  await p.ready();
  const status = statusOf(p);
  await p.close();
  const { statuses } = openCatalog(join(data, 'catalog.db'));
  let seconds = 0;
  const recorder = new StatusRecorder(statuses, () => new Date(seconds * 1000));
  const writtenAt = (at: number, change: Partial<ProjectionStatus> = {}): number => {
    seconds = at;
    recorder.record([{ ...status, ...change }]);
    return Date.parse(statuses.find('accounts')?.at ?? '') / 1000;
  };
  expect(writtenAt(0)).toBe(0);
  expect(writtenAt(1, { position: 5, movedAt: 'now', state: 'catching-up', lag: 2 })).toBe(0);
  expect(writtenAt(2, { state: 'failed' })).toBe(2);
  expect(writtenAt(11, { state: 'failed' })).toBe(2);
  expect(writtenAt(12, { state: 'failed' })).toBe(12);
});

function openCatalog(path: string): Catalog {
  const catalog = new Catalog(path);
  onTestFinished(() => catalog.close());
  return catalog;
}
