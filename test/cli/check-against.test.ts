import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Workspace } from './support.ts';

const SHOP = resolve('data/shop.events.ndjson');

describe('check --against', () => {
  let workspace: Workspace;
  beforeAll(() => {
    workspace = new Workspace();
  });
  afterAll(() => workspace.remove());

  test('holds the definitions against a file, and against a log beside its server', async () => {
    expect(workspace.run(['check', '--against', SHOP])).toMatchObject({
      code: 0,
      out: expect.stringContaining('orders: applied up to position 20,008, without a failure') as string,
    });
    const server = await workspace.serve('--seed', SHOP);
    const { code, out } = workspace.run(['check', '--against', 'data', '--sample', '50', '--json']);
    await server.stop();
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      against: { head: 20_008, checked: 450, findings: [], unknownTypes: [] },
    });
  });

  test('reports what fails, and ends with 1', () => {
    const file = workspace.path('projections', 'events.ts');
    const good = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      good
        .replace('old.carrier.toLowerCase()', 'old.carrier.code.toLowerCase()')
        .replace('carrier: string })', 'carrier: { code: string } })'),
    );
    const { code, out, error } = workspace.run(['check', '--against', 'data']);
    writeFileSync(file, good);
    expect(code).toBe(1);
    expect(out).toContain(
      'order.shipped: data: cannot be upcast from schema version 1 to 2: its upcaster throws TypeError',
    );
    expect(out).toContain('1,243 events, first at position 25, event evt-000025');
    expect(out).toMatch(
      /orders: applied up to position [\d,]+; \d+ partitions have events that cannot be applied/,
    );
    expect(error).toContain('Error: Events of data fail in 3 ways under these definitions');
  });

  test.each([
    [['--against', 'nowhere'], 2, /There is no file or folder nowhere/],
    [['--against', 'projections'], 1, /There is no log in projections/],
    [['--sample', '5'], 2, /--sample needs --against/],
    [['--against', SHOP, '--sample', '0'], 2, /would check nothing/],
    [['--against', SHOP, '--sample', 'ten'], 2, /whole number/],
  ] as const)('%j is refused', (flags, code, message) => {
    const outcome = workspace.run(['check', ...flags]);
    expect(outcome.code).toBe(code);
    expect(outcome.error).toMatch(message);
  });
});
