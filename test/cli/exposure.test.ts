import { afterAll, expect, test } from 'vitest';
import { Workspace } from './support.ts';

const workspace = new Workspace();
afterAll(() => workspace.remove());

test('start refuses to listen beyond this machine without tokens, and says what to do', () => {
  const { code, error } = workspace.run(['start', '--host', '0.0.0.0', '--port', '0']);
  expect(code).toBe(2);
  expect(error).toContain('would let anybody on the network in');
  expect(error).toMatch(/^Try: .*--allow-anonymous/m);
});

test('start --allow-anonymous warns, and listens', async () => {
  const server = await workspace.serve('--host', '0.0.0.0', '--allow-anonymous');
  expect(server.text).toContain('Warning: anybody who reaches 0.0.0.0');
  await server.stop();
});

test('PROJECTIONIST_TOKENS that cannot be read are refused without being printed', () => {
  const env = { PROJECTIONIST_TOKENS: 'hunter2-hunter2-hunter2' };
  const { code, out, error } = workspace.run(['start', '--port', '0'], { env });
  expect(code).toBe(2);
  expect(out + error).not.toContain('hunter2');
});
