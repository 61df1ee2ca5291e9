import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Syncing } from '../../../src/database/early-sync.ts';
import { codeOf } from '../../../src/engine/apply/program-code.ts';
import { Runner } from '../../../src/engine/apply/runner.ts';
import type { RunnerReport } from '../../../src/engine/apply/runner-report.ts';
import { EVENT_LOOP } from '../../../src/engine/scheduler.ts';
import { EventLog } from '../../../src/event-log/event-log.ts';
import { compileDefinitions, type LoadedProjection } from '../../../src/projection/load.ts';
import { accountsProjection, history } from '../ledger.ts';
import { temporaryFolder, withDatabase } from '../stage.ts';

/** A disk whose first syncs go well, until one fails; what it lost is not found out before that. */
function failingOnce(at: number): () => Syncing {
  const fault = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', syscall: 'fdatasync' });
  let asked = 0;
  return () => {
    let hasFailed = false;
    return {
      ask() {
        asked += 1;
        hasFailed ||= asked === at;
        if (hasFailed) throw fault;
      },
      settled: () => (hasFailed ? Promise.reject(fault) : Promise.resolve()),
    };
  };
}

async function builder(makeSync: () => Syncing) {
  const data = temporaryFolder();
  const log = EventLog.open(join(data, 'log.db'));
  onTestFinished(() => log.close());
  await log.appendAll(history(20, 1));
  const { compiled } = compileDefinitions([accountsProjection()]).projections[0] as LoadedProjection;
  const path = join(data, 'view.db');
  const told: RunnerReport[] = [];
  const built = Promise.withResolvers<void>();
  const runner = new Runner(
    { path, logPath: log.path, logId: log.id, program: compiled.program, isBuild: true, budget: 100 },
    codeOf(compiled),
    (report) => {
      told.push(report);
      if (report.kind === 'built') built.resolve();
      if (report.kind === 'failed') built.reject(new Error(report.error.message));
    },
    {
      makeSync,
      batch: { size: 10, learn: () => {} },
      scheduler: { ...EVENT_LOOP, rest: () => Promise.resolve() },
    },
  );
  onTestFinished(() => runner.stop());
  runner.advance(log.head());
  return { runner, path, told, built: built.promise };
}

test('a build of which the disk did not keep everything begins anew, and is whole in the end', async () => {
  const { told, built, path } = await builder(failingOnce(3));
  await built;
  const steps = told.map((report) => [report.kind, 'position' in report ? report.position : undefined]);
  expect(steps).toEqual([
    ['opened', 0],
    ['progress', 10],
    ['progress', 20],
    ['progress', 30],
    ['waiting', undefined],
    ['opened', 0],
    ['progress', 10],
    ['progress', 20],
    ['progress', 30],
    ['progress', 40],
    ['built', 40],
  ]);
  expect(told).toContainEqual(
    expect.objectContaining({ error: expect.objectContaining({ code: 'STORAGE_FAILED' }) }),
  );
  withDatabase(path, (db) => expect(db.pragma('integrity_check', { simple: true })).toBe('ok'));
});

test('a build that is stopped while the disk loses what it wrote leaves no file to go on with', async () => {
  const fault = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', syscall: 'fdatasync' });
  const { runner, path, told } = await builder(() => ({
    ask: () => {},
    settled: () => Promise.reject(fault),
  }));
  await runner.stop();
  expect(told.map(({ kind }) => kind)).not.toContain('built');
  expect(existsSync(path)).toBe(false);
});
