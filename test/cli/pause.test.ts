import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Workspace } from './support.ts';

const SAMPLE = resolve('data/shop.events.ndjson');
let workspace: Workspace;

beforeAll(() => {
  workspace = new Workspace();
  workspace.run(['append', SAMPLE]);
  workspace.run(['rebuild', 'orders']);
}, 60_000);

afterAll(() => workspace.remove());

test('pause holds a projection without a server too, status says by whom and why, and resume lets it go', () => {
  const env = { USER: 'ann' };
  expect(workspace.run(['pause', 'orders', '--reason', 'a look'], { env })).toMatchObject({ code: 0 });
  const status = workspace.run(['status']);
  expect(status.code).toBe(0);
  expect(status.out).toMatch(/orders +paused +20,008 /);
  expect(status.out).toMatch(/orders: paused by ann at .+: a look/);
  expect(workspace.run(['pause', 'orders'])).toMatchObject({
    code: 1,
    error: expect.stringMatching(/^Error: Cannot pause orders: it is paused already\nTry: /),
  });
  expect(workspace.run(['rebuild', 'orders'])).toMatchObject({ code: 1 });
  expect(workspace.run(['resume', 'orders'])).toMatchObject({ code: 0, out: 'orders: resumed\n' });
  expect(workspace.run(['status']).out).toMatch(/orders +unknown +20,008 /);
});

test('reset asks to be sure, and then keeps no way back', () => {
  expect(workspace.run(['reset', 'orders'])).toMatchObject({
    code: 2,
    error: expect.stringContaining('Give --yes'),
  });
  expect(workspace.run(['reset', 'orders', '--yes'])).toMatchObject({
    code: 0,
    out: 'orders: generation 2 is live, built from the first event\n',
  });
  expect(workspace.run(['rollback', 'orders'])).toMatchObject({ code: 1 });
});
