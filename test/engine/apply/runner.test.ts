import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { codeOf } from '../../../src/engine/apply/program-code.ts';
import { Runner } from '../../../src/engine/apply/runner.ts';
import type { RunnerReport } from '../../../src/engine/apply/runner-report.ts';
import { Pulse } from '../../../src/engine/threads/pulse.ts';
import { Vigil } from '../../../src/engine/threads/vigil.ts';
import { EventLog } from '../../../src/event-log/event-log.ts';
import { compileDefinitions, type LoadedProjection } from '../../../src/projection/load.ts';
import { deposited, opened, strictAccounts } from '../ledger.ts';
import { temporaryFolder } from '../stage.ts';

test('a runner that has given up at an event is not taken for one that has been at it for long', async () => {
  const data = temporaryFolder();
  const log = EventLog.open(join(data, 'log.db'));
  onTestFinished(() => log.close());
  await log.appendAll([opened('a-1'), deposited('nobody', 5)]);
  const { compiled } = compileDefinitions([strictAccounts()]).projections[0] as LoadedProjection;
  const { program } = compiled;
  const pulse = new Pulse();
  const given = Promise.withResolvers<RunnerReport>();
  const runner = new Runner(
    { path: join(data, 'view.db'), logPath: log.path, logId: log.id, program, isBuild: true, budget: 20 },
    codeOf(compiled),
    (report) => {
      if (report.kind === 'failed') given.resolve(report);
    },
    { pulse },
  );
  runner.advance(2);
  expect(await given.promise).toMatchObject({ error: { code: 'APPLY_FAILED', evidence: { position: 2 } } });
  const vigil = new Vigil();
  const findings = Array.from({ length: 1000 }, () => vigil.look(pulse.read(), false));
  expect(new Set(findings)).toEqual(new Set(['well']));
  await runner.stop();
});
