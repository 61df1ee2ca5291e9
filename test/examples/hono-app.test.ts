import { createClient, ProjectionistClientError } from 'projectionist/client';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type tasksProjection from '../../examples/hono-app/projections/tasks.ts';
import { launch, opened } from '../console/browser.ts';
import { dataFolder, ExampleProcess } from './example-process.ts';

const data = dataFolder();
let tasks: ExampleProcess;
let ada: { readonly cookie: string };
let bob: { readonly cookie: string };

beforeAll(async () => {
  tasks = await ExampleProcess.start('hono-app', data.path);
  ada = await tasks.signIn('ada');
  bob = await tasks.signIn('bob');
});
afterAll(() => data.remove());

interface Task {
  readonly id: string;
  readonly title: string;
  readonly doneAt: string | null;
}

async function add(title: string, who = ada): Promise<Task> {
  return (await (await tasks.send('POST', '/tasks', { title }, who)).json()) as Task;
}

function reader(headers: { readonly cookie: string }) {
  return createClient<[typeof tasksProjection]>(`${tasks.url}/read`, { headers });
}

test('a handler reads what it has just written, by a view of its own', async () => {
  const answer = await tasks.send('POST', '/tasks', { title: 'tea' }, ada);
  expect(answer.status).toBe(201);
  const { id } = (await answer.json()) as Task;
  const done = await tasks.send('POST', `/tasks/${id}/done`, undefined, ada);
  expect(((await done.json()) as Task).doneAt).toMatch(/^\d{4}-/);
  expect((await tasks.send('POST', `/tasks/${id}/done`, undefined, ada)).status).toBe(409);
  expect(await (await tasks.send('GET', '/tasks', undefined, ada)).json()).toMatchObject([{ id }]);
});

test('over HTTP everybody sees their own rows, pages of them and live', async () => {
  await add('cake', bob);
  const own = reader(bob).view('tasks').select('title', 'owner').order('title');
  expect(await own).toEqual([{ title: 'cake', owner: 'bob' }]);

  const live = own.liveRows();
  expect((await live.next()).value?.rows).toHaveLength(1);
  await add("nobody else's", ada);
  await add('coffee', bob);
  const { value } = await live.next();
  expect(value?.rows.map(({ title }) => title)).toEqual(['cake', 'coffee']);
  await live.return();

  const pages = [];
  for await (const { rows } of own.limit(1).pages()) pages.push(rows.map(({ title }) => title));
  expect(pages).toEqual([['cake'], ['coffee']]);
});

test('whoever is not signed in, or wants more than reading, is refused', async () => {
  const nobody = reader({ cookie: '' }).view('tasks');
  await expect(nobody.count()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
  const event = { type: 'task.done', data: {} } as const;
  const refusal = await reader(ada)
    .append('task-1', event)
    .catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ProjectionistClientError);
  expect(refusal).toMatchObject({ code: 'FORBIDDEN', message: 'ada lacks the scope append' });
  expect((await tasks.send('POST', '/tasks', { title: 'x' })).status).toBe(401);
});

test("the application's own routes, errors and 404 are as they were", async () => {
  expect(await (await tasks.send('GET', '/', undefined, ada)).text()).toBe('Hello ada');
  for (const path of ['/nowhere', '/read/nowhere']) {
    const missing = await tasks.send('GET', path, undefined, ada);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toEqual({ error: 'There is nothing here' });
  }
  expect((await tasks.send('POST', '/tasks', { title: '' }, ada)).status).toBe(422);
  expect((await tasks.send('POST', '/tasks/task-0/done', undefined, ada)).status).toBe(404);
});

test('the console and the API description are there, below the same path, for who is signed in', async () => {
  const browser = await launch();
  onTestFinished(() => browser.close());
  const [name = '', value = ''] = bob.cookie.split('=');
  const page = await opened(browser, 'about:blank');
  await page.context().addCookies([{ name, value, url: tasks.url }]);
  await page.goto(`${tasks.url}/read/console/views/tasks`);
  await page.getByText('coffee').waitFor();
  expect(await page.getByText("nobody else's").count()).toBe(0);
  await page.goto(`${tasks.url}/read/docs`);
  await page.getByText('/read/views/tasks', { exact: true }).first().waitFor();
});

test('it ends while somebody listens, and has everything when it is started again', async () => {
  const { id } = await add('milk');
  const live = await tasks.send('GET', '/read/views/tasks', undefined, {
    ...ada,
    accept: 'text/event-stream',
  });
  const rest = live.text();
  expect(await tasks.stop('SIGTERM')).toBe(0);
  expect(await rest).toContain('retry: 1000');

  tasks = await ExampleProcess.start('hono-app', data.path);
  ada = await tasks.signIn('ada');
  const rows = (await (await tasks.send('GET', '/tasks', undefined, ada)).json()) as Task[];
  expect(rows.map((row) => row.id)).toContain(id);
  expect(await tasks.stop('SIGINT')).toBe(0);
});
