import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.ts';
import { type Server, Workspace } from './support.ts';

const SHOP = resolve('data/shop.events.ndjson');

describe('without a server', () => {
  let workspace: Workspace;
  beforeAll(() => {
    workspace = new Workspace();
  });
  afterAll(() => workspace.remove());

  test('append imports a file, and ignores it the second time', () => {
    expect(workspace.run(['append', SHOP]).out).toContain(
      'Appended 20,008 events; the log is at position 20,008',
    );
    expect(workspace.run(['append', SHOP]).out).toContain('Ignored 20,008 that the log already has');
  });

  test('rebuild works without a server, and status and query show what came of it', () => {
    expect(workspace.run(['rebuild', 'revenue'])).toEqual({
      code: 0,
      out: expect.stringMatching(/revenue: generation \d is live/) as string,
      error: '',
    });
    const status = JSON.parse(workspace.run(['status', '--json']).out) as {
      projections: { name: string; position: number }[];
    };
    expect(status.projections).toContainEqual(
      expect.objectContaining({ name: 'revenue', position: 20_008, lag: 0 }),
    );
    const rows = JSON.parse(
      workspace.run(['query', 'revenue', 'day=eq.2025-12-31', '--json']).out,
    ) as object[];
    expect(rows).toEqual([expect.objectContaining({ day: '2025-12-31', orders: 9 })]);
    expect(workspace.run(['query', 'revenue', 'limit=2']).out).toMatch(/^day +orders/);
  });

  test('verify finds nothing, then the row that somebody has edited, and a rebuild puts it right', () => {
    expect(workspace.run(['verify', 'revenue'])).toMatchObject({ code: 0, error: '' });
    const [file] = readdirSync(workspace.path('data/views')).filter((name) => /^revenue-\d+\.db$/.test(name));
    const db = openDatabase(workspace.path('data/views', file as string), { purpose: 'derived' });
    db.exec("UPDATE revenue SET orders = 10 WHERE day = '2025-12-31'");
    db.close();
    const found = workspace.run(['verify']);
    expect(found.code).toBe(1);
    expect(found.out).toContain('Row: {"day":"2025-12-31"}');
    expect(found.out).toMatch(/orders +10 +9/);
    expect(found.error).toContain('revenue: not what a second replay gives');
    expect(workspace.run(['rebuild', 'revenue', '--verify']).code).toBe(0);
    expect(JSON.parse(workspace.run(['verify', '--json']).out)).toMatchObject([
      { projection: 'revenue', isSame: true, difference: null },
    ]);
  });

  test('trace prints what each event changed in a row', () => {
    const { code, out } = workspace.run(['trace', 'revenue', '2025-12-31']);
    expect(code).toBe(0);
    expect(out).toMatch(/order\.placed .+ insert\n {4}day: "2025-12-31"/);
    expect(out).toMatch(/ update\n {4}orders: \d+ -> \d+/);
    expect(workspace.run(['trace', 'revenue', '1999-12-31'])).toMatchObject({
      code: 1,
      error: expect.stringContaining('No event has made such a row of revenue') as string,
    });
    expect(workspace.run(['trace', 'nothing', 'x']).error).toContain('Try: Views: revenue');
  });

  test('append reads standard input, checks the expected version, and names what is wrong', () => {
    const registered = JSON.stringify({
      stream: 'customer-new',
      type: 'customer.registered',
      data: { name: 'Ada', city: 'London' },
    });
    expect(workspace.run(['append', '-'], { input: `${registered}\n` }).out).toContain('Appended 1 event');
    const again = workspace.run(['append', '-', '--stream', 'customer-new', '--expected-version', '0'], {
      input: registered,
    });
    expect(again).toMatchObject({ code: 1 });
    expect(again.error).toContain('Error: Stream customer-new is at version 1, not at 0');
    const bad = workspace.run(['append', '-'], { input: `${registered}\n{"type":"order.lost"}\nnot json\n` });
    expect(bad.code).toBe(1);
    expect(bad.error).toMatch(
      /2 lines cannot be imported, so nothing was\n {2}line 2: .+\n {2}line 3: .*JSON/,
    );
    expect(bad.error).toContain('--skip-invalid');
  });

  test('append --skip-invalid takes the good lines and keeps the bad ones', () => {
    const good = JSON.stringify({
      stream: 'customer-zip',
      type: 'customer.registered',
      data: { name: 'Zoe', city: 'Ulm' },
    });
    writeFileSync(workspace.path('mixed.ndjson.gz'), gzipSync(`${good}\nrubbish\n`));
    const { out } = workspace.run(['append', 'mixed.ndjson.gz', '--skip-invalid']);
    expect(out).toContain('Appended 1 event');
    expect(readFileSync(workspace.path('mixed.ndjson.gz.reject.ndjson'), 'utf8')).toBe('rubbish\n');
  });

  test('events prints the log, filtered', () => {
    const { out } = workspace.run(['events', '--stream', 'order-1001', '--json']);
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; version: number });
    expect(events.map(({ type }) => type)).toEqual([
      'order.placed',
      'order.item-added',
      'order.paid',
      'order.shipped',
      'order.delivered',
    ]);
    expect(workspace.run(['events', '--limit', '1']).out).toMatch(/^ +1 {2}2025-01-01T/);
  });

  test('explain prints the program and the lineage', () => {
    const { out } = workspace.run(['explain', 'revenue']);
    expect(out).toContain('CREATE TABLE "revenue"');
    expect(out).toContain('CREATE TEMP TRIGGER "on order.paid"');
    expect(out).toMatch(/revenue\.net_cents +.*e\.data\.amount/);
  });

  test('check names every problem of every file', () => {
    writeFileSync(workspace.path('projections/broken.ts'), 'export default projection(;');
    writeFileSync(
      workspace.path('projections/wrong.ts'),
      `import { projection, query } from 'projectionist'; import { revenue } from './revenue.ts'; import { events } from './events.ts';
       export default projection({ name: 'wrong', events, views: { revenue }, queries: { monthlyRevenue: query({}, (_, db) => db.select().from(revenue)) }, on: { 'order.plced': (e, db) => db.delete(revenue) } as never });`,
    );
    const { code, error } = workspace.run(['check']);
    expect(code).toBe(1);
    expect(error).toContain('broken.ts');
    expect(error).toContain('Did you mean order.placed?');
    expect(error).toContain('the view revenue is already declared in revenue.ts');
    expect(error).toMatch(/wrong\.ts.*: the query monthlyRevenue is already declared in revenue.ts/);
  });
});

describe('with a server', () => {
  let workspace: Workspace;
  let server: Server;
  beforeAll(async () => {
    workspace = new Workspace();
    server = await workspace.serve('--seed', SHOP);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    workspace.remove();
  });

  test('the curl commands that start prints work as printed', async () => {
    const urls = [...server.text.matchAll(/curl '([^']+)'/g)].map((match) => match[1] as string);
    expect(urls).toHaveLength(3);
    for (const url of urls) {
      const response = await fetch(url);
      expect(response.status).toBe(200);
      expect(((await response.json()) as unknown[]).length).toBeGreaterThan(0);
    }
  });

  test('a command says what it waits for, and goes on when that is out of the way', async () => {
    const file = workspace.path('projections', 'products.ts');
    const sound = readFileSync(file, 'utf8');
    expect(workspace.run(['rebuild', 'products']).code).toBe(0);
    writeFileSync(file, 'export default {;');
    const rollback = workspace.begin('rollback', 'products');
    await rollback.says(/^products waits, and tries again: /m);
    writeFileSync(file, sound);
    expect(await rollback.ended()).toBe(0);
  });

  test('rebuild and rollback are done by the server', async () => {
    expect(workspace.run(['rebuild', 'orders']).out).toContain('orders: generation 2 is live');
    const rebuilt = await fetch(`${server.url}/views/orders?limit=1`);
    expect(rebuilt.headers.get('Projection-Generation')).toBe('orders-2');
    expect(workspace.run(['rollback', 'orders']).out).toContain('orders: generation 1 is live again');
    const back = await fetch(`${server.url}/views/orders?limit=1`);
    expect(back.headers.get('Projection-Generation')).toBe('orders-1');
  });

  test('an append by another process is seen', async () => {
    const event = JSON.stringify({
      stream: 'order-x',
      type: 'order.placed',
      data: {
        customerId: 'customer-001',
        items: [{ productId: 'cup-01', name: 'Cup', quantity: 1, unitPrice: 5 }],
      },
    });
    expect(workspace.run(['append', '-'], { input: event })).toMatchObject({ code: 0 });
    await expect
      .poll(
        async () =>
          ((await (await fetch(`${server.url}/views/orders?id=eq.order-x`)).json()) as unknown[]).length,
        { timeout: 10_000 },
      )
      .toBe(1);
  });

  test('a second server on the folder, or on the port, is refused by name', () => {
    const second = workspace.run(['start', '--port', '0']);
    expect(second).toMatchObject({ code: 1 });
    expect(second.error).toMatch(/Error: Another Projectionist runs the projections of .+\nTry: /);
    const other = new Workspace();
    const busy = other.run(['start', '--port', new URL(server.url).port]);
    expect(busy).toMatchObject({ code: 1 });
    expect(busy.error).toMatch(/Error: Something already listens on .+\nTry: .*--port/);
    other.remove();
  });
});

describe('used wrongly', () => {
  const workspace = new Workspace({ hasSamples: false });
  afterAll(() => workspace.remove());

  test.each([
    [['stat'], 2, /unknown command 'stat'/],
    [['status', '--bogus'], 2, /unknown option '--bogus'/],
    [['start', '--port', 'abc'], 2, /--port/],
    [['rebuild'], 2, /Which projection\?/],
    [['rebuild', 'orders'], 1, /There is no projection orders/],
    [['query', 'orders'], 1, /There is no view orders/],
    [['append', 'nowhere.ndjson'], 2, /There is no file nowhere\.ndjson/],
    [['check', '--projections', 'nowhere'], 1, /There is no folder nowhere/],
    [['check', '--config', 'nowhere.ts'], 2, /There is no file nowhere\.ts/],
  ])('%j exits with %d and says why', (args, code, message) => {
    const outcome = workspace.run(args);
    expect(outcome.error).toMatch(message);
    expect(outcome.error).toMatch(/^(Error|error): /);
    expect(outcome.code).toBe(code);
  });

  test('variables beat the file, and flags beat both', () => {
    writeFileSync(workspace.path('projectionist.config.ts'), "export default { projections: 'from-file' };");
    expect(workspace.run(['check']).error).toContain('There is no folder from-file');
    expect(workspace.run(['check'], { env: { PROJECTIONIST_PROJECTIONS: 'from-env' } }).error).toContain(
      'from-env',
    );
    expect(
      workspace.run(['check', '--projections', 'from-flag'], {
        env: { PROJECTIONIST_PROJECTIONS: 'from-env' },
      }).error,
    ).toContain('from-flag');
    writeFileSync(workspace.path('projectionist.config.ts'), 'export default { prot: 1 };');
    expect(workspace.run(['check'])).toMatchObject({ code: 2 });
  });

  test('init refuses a folder that has projections, and leaves it as it was', () => {
    const used = new Workspace();
    expect(used.run(['init'])).toMatchObject({ code: 2 });
    expect(existsSync(used.path('package.json'))).toBe(false);
    used.remove();
  });

  test('a data folder of a newer format, or that is no folder, is refused by name', () => {
    writeFileSync(workspace.path('file'), '');
    writeFileSync(workspace.path('projectionist.config.ts'), 'export default {};');
    const outcome = workspace.run(['append', '-', '--data', 'file'], { input: '{}' });
    expect(outcome.code).toBe(1);
    expect(outcome.error).toMatch(/^Error: .*file.*\nTry: /);
  });
});
