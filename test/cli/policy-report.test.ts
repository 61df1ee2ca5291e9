import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { policyWarning } from '../../src/cli/policy-report.ts';
import { Workspace } from './support.ts';

const definition = (policies: string): string => `
import { eq } from 'drizzle-orm';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, projection } from 'projectionist';
import { z } from 'zod';
const events = defineEvents({ 'note.taken': { schema: z.object({ owner: z.string() }) } });
const notes = sqliteTable('notes', { id: text().primaryKey(), owner: text().notNull() });
const owners = sqliteTable('owners', { id: text().primaryKey() });
export default projection({
  name: 'notes', events, views: { notes, owners },
  on: {
    'note.taken': (e, db) => [
      db.insert(notes).values({ id: e.stream, owner: e.data.owner }),
      db.insert(owners).values({ id: e.data.owner }).onConflictDoNothing(),
    ],
  },
  policy: { ${policies} },
});
`;

const OWN = 'notes: ({ claims }) => eq(notes.owner, claims.sub)';
const WARNING = 'Warning: owners of notes has no policy, and notes has: whoever may read sees all its rows';

let workspace: Workspace;
beforeAll(() => {
  workspace = new Workspace({ hasSamples: false });
  writeFileSync(workspace.path('projections/notes.ts'), definition(OWN));
});
afterAll(() => workspace.remove());

test('several views of a projection are told of in one line', () => {
  const guarded = ['orders', 'refunds'];
  const views = ['lines', 'notes'].map((view) => ({ projection: 'shop', view, guarded }));
  expect(policyWarning(views)?.split('\n')).toEqual([
    'Warning: lines, notes of shop have no policy, and orders, refunds have: whoever may read sees all their rows',
    '  Try: Give each view a policy; () => undefined says that all its rows are meant to be seen.',
  ]);
  expect(policyWarning([])).toBeUndefined();
});

test('check and a server say which view has no policy', async () => {
  expect(workspace.run(['check']).out).toContain(WARNING);
  const server = await workspace.serve();
  expect(server.text.split(WARNING)).toHaveLength(2);
  await server.stop();
});

test('a server that watches says so again only when that has changed', async () => {
  const save = (policies: string): void =>
    writeFileSync(workspace.path('projections/notes.ts'), definition(policies));
  save(`${OWN}, owners: () => undefined`);
  const server = workspace.begin('dev', '--port', '0');
  await server.says(/Watching/);
  expect(server.text).not.toContain('Warning');
  save(OWN);
  await server.says(/no program changed[^]*Warning: owners/);
  save(`${OWN},`);
  await server.says(/(no program changed[^]*){2}/);
  save(`${OWN}, owners: () => undefined`);
  await server.says(/(no program changed[^]*){3}/);
  expect(server.text.split(WARNING)).toHaveLength(2);
  await server.stop();
});
