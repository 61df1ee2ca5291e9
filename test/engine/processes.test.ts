import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { createProjectionist } from '../../src/create-projectionist.ts';
import { Catalog } from '../../src/engine/catalog.ts';
import type { Command } from '../../src/engine/commands/command-table.ts';
import type { Notice } from '../../src/engine/states/notice.ts';
import type { ProjectionStatus } from '../../src/engine/states/status.ts';
import { generationsIn } from './building.ts';
import { accountsProjection, history } from './ledger.ts';
import { open, rowsOf, temporaryFolder } from './stage.ts';

const FAULT = join(import.meta.dirname, '../fault');

function run(script: string, ...values: string[]) {
  const child = spawn(
    process.execPath,
    ['--conditions=projectionist-source', join(FAULT, script), ...values],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, MORTAL_MARKS: values[0] },
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

test('what another process appends is seen', async () => {
  const data = temporaryFolder();
  const { p } = await open(data);
  await p.log.appendAll(history(1, 0));
  const child = run('appender.ts', data, '20');
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  await p.waitFor('accounts', Number(said.toString()), 20_000);
  expect(await rowsOf(p, 'accounts')).toMatchObject([{ balance: 20 }]);
});

test('a second engine on a folder is refused by name, until the first one is gone, however it went', async () => {
  const data = temporaryFolder();
  const child = run('victim.ts', data, '1', '1');
  await once(child.stdout, 'data');
  const second = createProjectionist({ data, projections: [accountsProjection()] });
  await expect(second).rejects.toMatchObject({ code: 'LOCKED', message: expect.stringContaining(data) });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const { p } = await open(data);
  await p.ready();
});

test('a thread that dies is started again, and goes on where the checkpoint is', async () => {
  const data = temporaryFolder();
  const child = run('mortal.ts', data);
  const said = await new Response(Readable.toWeb(child.stdout) as ReadableStream).text();
  const { notices, rows, status } = JSON.parse(said) as {
    notices: Notice[];
    rows: { owner: string }[];
    status: ProjectionStatus;
  };
  expect(rows.map(({ owner }) => owner)).toEqual(['a', 'deadly-1', 'b', 'deadly-2', 'c']);
  expect(status).toMatchObject({ state: 'live', error: null, position: 5 });
  const waits = notices.filter(({ kind }) => kind === 'waiting');
  expect(waits).toMatchObject([
    { error: { code: 'PROJECTOR_ENDED' } },
    { error: { code: 'PROJECTOR_ENDED' } },
  ]);
});

/** Asks as another process does, and waits for the answer. */
async function ask(data: string, name: string, projection = 'accounts'): Promise<Command> {
  const catalog = new Catalog(join(data, 'catalog.db'));
  try {
    const id = catalog.commands.ask(name, projection, new Date());
    return await answerOf(catalog, id);
  } finally {
    catalog.close();
  }
}

async function answerOf(catalog: Catalog, id: number): Promise<Command> {
  let command = catalog.commands.find(id);
  await expect
    .poll(() => (command = catalog.commands.find(id))?.state, { timeout: 20_000, interval: 5 })
    .toMatch(/done|failed/);
  return command as Command;
}

test('another process can ask for a rebuild and a rollback through the catalogue', async () => {
  const data = temporaryFolder();
  const { p } = await open(data);
  await p.log.appendAll(history(3, 3));
  await p.ready();
  expect(await ask(data, 'rebuild')).toMatchObject({ state: 'done', answer: '{"generation":2}' });
  expect(await ask(data, 'rollback')).toMatchObject({ state: 'done', answer: '{"generation":1}' });
  expect(generationsIn(data)).toEqual(['1 live', '2 retired']);
});

test('a command that cannot be carried out is answered with what is wrong', async () => {
  const data = temporaryFolder();
  const { p } = await open(data);
  await p.ready();
  const codeOf = async (name: string, projection?: string) => {
    const { state, answer } = await ask(data, name, projection);
    return [state, (JSON.parse(answer as string) as { code: string }).code];
  };
  expect(await codeOf('rebuild', 'nothing')).toEqual(['failed', 'PROJECTION_UNKNOWN']);
  expect(await codeOf('rollback')).toEqual(['failed', 'NOTHING_TO_ROLL_BACK']);
  expect(await codeOf('dance')).toEqual(['failed', 'USAGE']);
});

test('a command that a killed process had begun is answered by the next one', async () => {
  const data = temporaryFolder();
  const catalog = new Catalog(join(data, 'catalog.db'));
  onTestFinished(() => catalog.close());
  const id = catalog.commands.ask('rebuild', 'accounts', new Date());
  catalog.commands.answer(id, 'running', null);
  await open(data);
  expect(await answerOf(catalog, id)).toMatchObject({
    state: 'failed',
    answer: expect.stringContaining('CLOSED'),
  });
});
