import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type TraceTask, traceRow } from '../../../src/engine/history/trace-row.ts';
import { codeOf } from '../../../src/engine/apply/program-code.ts';
import { compileDefinitions, type LoadedProjection } from '../../../src/projection/load.ts';
import type { AsideContext } from '../../../src/engine/aside/job.ts';
import { accountsProjection, deposited, history, opened, strictAccounts } from '../ledger.ts';
import type { Projection } from '../../../src/projection/define.ts';
import type { Projectionist } from '../../../src/projectionist.ts';
import { open, temporaryFolder } from '../stage.ts';

/** Traces a row by the events of its stream alone, and by a replay of the whole log. */
async function bothTraces(data: string, p: Projectionist, definition: Projection, id: string) {
  const { compiled } = compileDefinitions([definition]).projections[0] as LoadedProjection;
  const context: AsideContext = {
    code: codeOf(compiled),
    budget: 100,
    onProgress: () => {},
    requireGoing: () => {},
  };
  const task: Omit<TraceTask, 'stream'> = {
    data,
    log: p.log,
    program: compiled.program,
    policy: { onError: 'park', parkLimit: 1, decisions: [] },
    path: join(data, 'views/accounts-1.db'),
    row: { name: 'accounts', key: [id] },
  };
  expect(compiled.program.streamScopes).toEqual({ accounts: { column: 'id' } });
  return [
    await traceRow({ ...task, stream: id }, context),
    await traceRow({ ...task, stream: undefined }, context),
  ] as const;
}

test('the events of one stream give what a replay of the whole log gives', async () => {
  const data = temporaryFolder();
  const { p } = await open(data, { projections: [accountsProjection()] });
  await p.log.appendAll(history(20, 5));
  await p.log.append('account-7', { type: 'account.closed', data: {} });
  await p.ready();
  const [narrow, whole] = await bothTraces(data, p, accountsProjection(), 'account-7');
  expect(narrow).toEqual(whole);
  expect(narrow.entries.map(({ change }) => change)).toEqual([
    'insert',
    ...Array.from({ length: 5 }, () => 'update'),
    'delete',
  ]);
});

test('events that are parked or were discarded did nothing, and are not told', async () => {
  const data = temporaryFolder();
  const definition = strictAccounts('park');
  const { p } = await open(data, { projections: [definition] });
  await p.log.appendAll([deposited('a', 1), opened('a'), deposited('a', 2), deposited('b', 1), opened('b')]);
  await p.ready();
  const none = await bothTraces(data, p, definition, 'a');
  expect(none[0]).toEqual({ position: 5, entries: [] });
  expect(none[1]).toEqual(none[0]);
  await p.discard('accounts', 'a', 'it came too early');
  const [narrow, whole] = await bothTraces(data, p, definition, 'a');
  expect(narrow).toEqual(whole);
  expect(narrow.entries.map(({ position }) => position)).toEqual([2, 3]);
});
