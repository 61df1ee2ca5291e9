import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { zodSource } from '../../src/cli/infer/zod-source.ts';
import { emptyShape, see } from '../../src/cli/infer/shape.ts';
import { Workspace } from './support.ts';

const shapeOf = (...values: readonly unknown[]) => {
  const shape = emptyShape();
  for (const value of values) see(shape, value);
  return zodSource(shape, '').replaceAll(/\s+/g, ' ');
};

test.each([
  [['a', 'b'], 'z.string()'],
  [[1, 2], 'z.int()'],
  [[1, 2.5], 'z.number()'],
  [[true, null], 'z.boolean().nullable()'],
  [[null], 'z.null()'],
  [['a', 1], 'z.union([z.string(), z.int()])'],
  [[[]], 'z.array(z.unknown())'],
  [[{ a: 1 }, { a: 2, b: 'x' }], 'z.object({ a: z.int(), b: z.string().optional(), })'],
  [[{ "it's": 1 }], String.raw`z.object({ 'it\'s': z.int(), })`],
  [[{ list: [{ n: 1 }, { n: null }] }], 'z.object({ list: z.array(z.object({ n: z.int().nullable(), })), })'],
])('%j is %s', (values, source) => {
  expect(shapeOf(...values)).toBe(source);
});

let workspace: Workspace | undefined;
afterEach(() => workspace?.remove());

test('what infer writes is a project: it checks, and its view has a row for each stream', () => {
  workspace = new Workspace({ hasSamples: false });
  const events = [
    { stream: 'ticket-1', type: 'ticket.opened', data: { title: 'Broken', 'sev level': 2 } },
    { stream: 'ticket-2', type: 'ticket.opened', data: { title: 'Slow' } },
    { stream: 'ticket-1', type: 'ticket.closed', data: { by: 'Ada', minutes: 12.5 } },
  ];
  writeFileSync(workspace.path('e.ndjson'), events.map((event) => JSON.stringify(event)).join('\n'));
  const { out, code } = workspace.run(['infer', 'e.ndjson']);
  expect({ out, code }).toMatchObject({ code: 0, out: expect.stringContaining('projections/tickets.ts') });
  expect(workspace.run(['check']).code).toBe(0);
  workspace.run(['append', 'e.ndjson']);
  workspace.run(['rebuild', 'tickets']);
  const rows = JSON.parse(workspace.run(['query', 'tickets', 'order=id', '--json']).out) as object[];
  expect(rows).toMatchObject([
    { id: 'ticket-1', title: 'Broken', sev_level: 2, by: 'Ada', minutes: 12.5, last_event: 'ticket.closed' },
    { id: 'ticket-2', title: 'Slow', by: null },
  ]);
  expect(workspace.run(['infer', 'e.ndjson'])).toMatchObject({
    code: 2,
    error: expect.stringContaining('is there already'),
  });
});

test('what begins a stream, and comes again in it, says something new of the row', () => {
  workspace = new Workspace({ hasSamples: false });
  const loan = (reader: string, title = 'Dune') => ({
    stream: 'copy-1',
    type: 'loan.started',
    data: { title, reader, days: 14, shelf: 'A long enough list of members to need several lines' },
  });
  const returned = { stream: 'copy-1', type: 'loan.returned', data: { condition: 'good' } };
  const lines = [loan('ada'), returned, loan('grace')].map((event) => JSON.stringify(event));
  writeFileSync(workspace.path('e.ndjson'), lines.join('\n'));
  expect(workspace.run(['infer', 'e.ndjson']).out).toContain('npx projectionist dev --seed e.ndjson');
  const source = readFileSync(workspace.path('projections/copies.ts'), 'utf8');
  expect(source.split('\n').every((text) => text.length <= 110)).toBe(true);
  workspace.run(['append', 'e.ndjson']);
  workspace.run(['rebuild', 'copies']);
  const rows = JSON.parse(workspace.run(['query', 'copies', '--json']).out) as object[];
  expect(rows).toMatchObject([{ reader: 'grace', condition: 'good', last_event: 'loan.started' }]);
  expect(workspace.run(['infer', 'e.ndjson', '--limit', 'all']).code).toBe(2);
});

test('the newest schema version is inferred, and upcasters are asked for', () => {
  workspace = new Workspace({ hasSamples: false });
  expect(workspace.run(['infer', resolve('data/shop.events.ndjson')]).code).toBe(0);
  const source = readFileSync(workspace.path('projections/events.ts'), 'utf8');
  expect(source).toContain('from schema version 1 is to be written');
  expect(workspace.run(['check']).code).toBe(0);
});

test.each([
  ['no JSON', '{"stream":"a","type":"b","data":{}}\nnonsense', 'Line 2'],
  ['no event', '{"stream":"a"}', 'Line 1'],
  ['nothing', '\n\n', 'holds no events'],
])('a file with %s is refused', (_, text, words) => {
  workspace = new Workspace({ hasSamples: false });
  writeFileSync(workspace.path('e.ndjson'), text);
  const { code, error } = workspace.run(['infer', 'e.ndjson']);
  expect(code).toBeGreaterThan(0);
  expect(error).toContain(words);
});
