import { afterEach, expect, test } from 'vitest';
import { jsonJournal } from '../../src/cli/journal/json-journal.ts';
import { type Server, Workspace } from './support.ts';

const workspaces: Workspace[] = [];
afterEach(() => workspaces.splice(0).forEach((workspace) => workspace.remove()));

function workspace(): Workspace {
  const made = new Workspace();
  workspaces.push(made);
  return made;
}

type Line = Readonly<Record<string, unknown>>;

const linesOf = ({ text }: Server): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

test('without a terminal each line is JSON, from the start to the end, with the ids of what failed', async () => {
  const token = 'a-token-that-is-secret';
  const env = { PROJECTIONIST_TOKENS: `read+append:${token}` };
  const server = workspace().beginWith(env, 'start', '--port', '0');
  await server.says(/"event":"server.ready"/);
  const late = await fetch(`${server.url}/views/orders?id=eq.secret-key`, {
    headers: { Authorization: `Bearer ${token}`, Prefer: 'min-position=1000000, wait=1' },
  });
  expect(late.status).toBe(503);
  expect(await server.stop()).toBe(0);
  const lines = linesOf(server);
  const events = lines.map(({ event }) => event);
  expect(events).toEqual(
    expect.arrayContaining([
      'server.listening',
      'projection.build-started',
      'projection.went-live',
      'server.ready',
      'server.stopping',
    ]),
  );
  for (const line of lines)
    expect(line).toMatchObject({
      level: expect.any(String),
      time: expect.stringMatching(/Z$/),
      msg: expect.any(String),
    });
  expect(lines.find(({ event }) => event === 'request.failed')).toMatchObject({
    level: 'warn',
    method: 'GET',
    route: '/views/:view',
    status: 503,
    code: 'WAIT_TIMEOUT',
    requestId: late.headers.get('X-Request-Id'),
  });
  expect(server.text).not.toContain(token);
  expect(server.text).not.toContain('secret-key');
});

test('what a server cannot start with is a line of JSON too', async () => {
  const own = workspace();
  const first = await own.serve();
  const second = own.beginWith({}, 'start', '--port', '0');
  expect(await second.ended()).toBe(1);
  expect(linesOf(second)).toMatchObject([
    { level: 'fatal', event: 'server.failed', error: { code: 'LOCKED' } },
  ]);
  await first.stop();
});

test('a level leaves out what matters less', () => {
  let text = '';
  const journal = jsonJournal({ write: (line) => (text += line) }, 'warn');
  journal.write('info', 'server.ready', 'Ready');
  expect(text).toBe('');
  const error = { code: 'APPLY_FAILED', message: 'no', evidence: { position: 7, row: '["secret"]' } };
  journal.notice({ kind: 'stopped', projection: 'orders', generation: 1, error });
  expect(JSON.parse(text)).toMatchObject({
    level: 'error',
    event: 'projection.stopped',
    projection: 'orders',
    error: { code: 'APPLY_FAILED', position: 7 },
  });
  expect(text).not.toContain('secret');
});

test('a level that there is not is refused', () => {
  const { code, error } = workspace().run(['start', '--log-level', 'loud']);
  expect([code, error]).toEqual([2, expect.stringContaining('--log-level: it must be one of debug, info')]);
});
