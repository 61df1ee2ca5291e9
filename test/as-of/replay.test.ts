import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { EventLog } from '../../src/event-log/event-log.ts';
import { openLines } from '../../src/event-log/import.ts';
import { loadDefinitions } from '../../src/projection/load.ts';
import { builtAfresh, contents, temporaryFolder } from './support.ts';

async function replay(...argv: string[]): Promise<{ code: number; out: string; error: string }> {
  let out = '';
  let error = '';
  const io = {
    out: { write: (text: string) => (out += text) },
    error: { write: (text: string) => (error += text) },
    input: Readable.from([]),
    environment: {},
    ended: new AbortController().signal,
  };
  const code = await run(['replay', ...argv, '--projections', resolve('projections')], io);
  return { code, out, error };
}

test('replay writes the views as of a point into one file, and says what it cannot do', async () => {
  const data = temporaryFolder();
  const log = EventLog.open(join(data, 'log.db'));
  await log.importLines(openLines(resolve('data/shop.events.ndjson')));
  const { path, id } = log;
  const time = log.timeAt(900) as string;
  await log.close();
  const out = join(data, 'out', 'orders.db');
  expect(await replay('orders', '--data', data, '--until', time, '--out', out)).toMatchObject({
    code: 0,
    out: expect.stringContaining('as of position 900') as string,
  });
  const { projections } = await loadDefinitions(resolve('projections'));
  const orders = projections.find(({ compiled }) => compiled.program.projection === 'orders');
  expect(contents(out)).toEqual(builtAfresh((orders as NonNullable<typeof orders>).compiled, path, id, 900));
  expect(readdirSync(join(data, 'out'))).toEqual(['orders.db']);

  const again = await replay('orders', '--data', data, '--out', out);
  expect(again).toMatchObject({ code: 2, error: expect.stringContaining('is there already') as string });
  const other = join(data, 'other.db');
  expect(await replay('orders', '--data', data, '--until', 'soon', '--out', other)).toMatchObject({
    code: 2,
  });
  expect(await replay('orders', '--data', data, '--until', '99999', '--out', other)).toMatchObject({
    code: 1,
  });
  expect(await replay('order', '--data', data, '--out', other)).toMatchObject({
    code: 1,
    error: expect.stringContaining('orders') as string,
  });
  expect(await replay('orders', '--data', join(data, 'none'), '--out', other)).toMatchObject({ code: 1 });
  expect(readdirSync(data).filter((file) => file.startsWith('other'))).toEqual([]);
});
