import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cells, launch, opened, picture, violations } from '../console/browser.ts';
import { BROKEN, writeOrders } from '../console/orders-log.ts';
import { describeWork, framesOf, isMeasuring, median, readyAfter, report } from '../console/measure.ts';
import { type RealServer, startServer } from '../console/real-server.ts';

const EVENTS = 100_000;
const TOKENS = { PROJECTIONIST_TOKENS: 'read:reader-token-0001, read+operate:operator-token-01' };

let folder: string;
let browser: Browser;
let sales: RealServer;
let shop: RealServer;
let guarded: RealServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'projectionist-console-'));
  writeOrders(join(folder, 'orders.ndjson'), EVENTS);
  browser = await launch();
  sales = await startServer('test/console/projections', join(folder, 'orders.ndjson'));
  shop = await startServer('projections', 'data/shop.events.ndjson');
  guarded = await startServer('projections', 'data/shop.events.ndjson', { environment: TOKENS });
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await Promise.all([sales, shop, guarded].map((server) => server?.stop()));
  rmSync(folder, { recursive: true, force: true });
});

type Row = Readonly<Record<string, unknown>>;

async function rowsOf(server: RealServer, path: string, prefer?: string): Promise<string[][]> {
  const response = await fetch(`${server.url}${path}`, {
    headers: prefer === undefined ? {} : { Prefer: prefer },
  });
  expect([path, response.status]).toEqual([path, 200]);
  return ((await response.json()) as Row[]).map((row) =>
    Object.values(row).map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
  );
}

/** Waits until the page shows what the API answers. */
async function expectRows(page: Page, server: RealServer, path: string, prefer?: string): Promise<void> {
  await expect.poll(() => cells(page)).toEqual(await rowsOf(server, path, prefer));
}

const positionOf = (page: Page) =>
  page.locator('.track').evaluate((track) => Number((track as { ariaValueNow: string }).ariaValueNow));

test('the first load is less than 150 kB, compressed, from this server alone', async () => {
  const page = await opened(browser, 'about:blank');
  const network = await page.context().newCDPSession(page);
  let bytes = 0;
  let files = 0;
  network.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
    files += 1;
  });
  await network.send('Network.enable');
  await page.goto(`${shop.url}/console`);
  await page.locator('.projections .card').first().waitFor();
  report(`${bytes} bytes in ${files} answers when it is ready`);
  await page.waitForLoadState('networkidle');
  report(`${bytes} bytes in ${files} answers with all pages`);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(150_000);
});

test.each([
  ['the overview', () => shop, '', '.projections .card'],
  ['a view', () => sales, '/views/sales?order=placed_at.desc', '.grid td'],
] as const)('%s is ready when its script has run', async (name, server, path, settled) => {
  const times: number[] = [];
  for (let load = 0; load < (isMeasuring ? 9 : 1); load += 1)
    times.push(await readyAfter(browser, `${server().url}/console${path}`, settled));
  report(`${name}: ready after ${times.map(Math.round).join(', ')} ms; median ${Math.round(median(times))}`);
  expect(median(times)).toBeGreaterThan(0);
});

describe('the overview', () => {
  test('shows every projection, says what a rebuild will do, and does it', async () => {
    const page = await opened(browser, `${shop.url}/console`);
    const card = page.locator('.card', { hasText: 'revenue' }).first();
    await card.getByRole('button', { name: 'Rebuild' }).click();
    const dialog = page.getByRole('dialog');
    await expect.poll(() => dialog.textContent()).toContain('A new generation is built beside the live one');
    await dialog.getByRole('button', { name: 'Rebuild' }).click();
    await expect.poll(() => card.locator('.facts').textContent()).toContain('Generation2');
    await card.getByRole('button', { name: 'Roll back' }).click();
    await dialog.getByRole('button', { name: 'Roll back' }).click();
    await expect.poll(() => card.locator('.facts').textContent()).toContain('Generation1');
  });

  test('pauses and resumes a projection', async () => {
    const page = await opened(browser, `${shop.url}/console`);
    const card = page.locator('.card', { hasText: 'products' }).first();
    await card.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await expect.poll(() => card.textContent()).toContain('Paused since');
    await card.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => card.textContent()).not.toContain('Paused since');
  });
});

describe('a verification', () => {
  test('says how it went', async () => {
    const page = await opened(browser, `${shop.url}/console/projections/orders`);
    const card = page.locator('.card').first();
    await card.getByRole('button', { name: 'Verify' }).click();
    const dialog = page.getByRole('dialog');
    await expect.poll(() => dialog.textContent()).toContain('Nothing is changed');
    await dialog.getByRole('button', { name: 'Verify' }).click();
    await expect
      .poll(() => card.locator('.verification').textContent(), { timeout: 60_000 })
      .toMatch(/all [\d,]+ rows\s+are\s+what\s+the\s+events\s+say/);
  });
});

describe("a row's story", () => {
  test('tells each event that made the row, and moves the playhead there', async () => {
    const page = await opened(browser, `${shop.url}/console/views/orders?id=eq.order-1001`);
    await page.getByRole('button', { name: 'Story of order-1001' }).click();
    const types = page.locator('.story .type');
    await expect
      .poll(() => types.allTextContents())
      .toEqual(['order.placed', 'order.item-added', 'order.paid', 'order.shipped', 'order.delivered']);
    expect(await violations(page)).toEqual([]);
    await picture(page, 'story-wide-light');
    await page.locator('.story button').first().click();
    await expect.poll(() => positionOf(page)).toBe(2);
    await expectRows(page, shop, '/views/orders?id=eq.order-1001', 'as-of=2');
  });

  test('of a row whose key has several columns', async () => {
    const path = '/views/order_lines?limit=1';
    const page = await opened(browser, `${shop.url}/console${path}`);
    await page.getByRole('button', { name: /^Story of/ }).click();
    await expect.poll(() => page.locator('.story .pill').first().textContent()).toBe('insert');
  });
});

describe('a view', () => {
  test('has the rows of the request that it shows, through filters, orders and pages', async () => {
    const page = await opened(browser, `${shop.url}/console/views/orders`);
    await page.getByLabel('Column').selectOption('status');
    await page.getByLabel('Value').fill('delivered');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('button', { name: /^total_cents/ }).click();
    await page.getByRole('button', { name: /^total_cents/ }).click();
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    const query = page.getByLabel('Query string of the request');
    await expect
      .poll(() => query.inputValue())
      .toMatch(/status=eq\.delivered.*order=total_cents\.desc.*offset=25/);
    await expectRows(page, shop, `/views/orders?${await query.inputValue()}`);
    await query.fill('customer_id=in.(customer-001,customer-002)&order=id&limit=5');
    await query.press('Enter');
    await expectRows(page, shop, '/views/orders?customer_id=in.(customer-001,customer-002)&order=id&limit=5');
    await page.goto(`${shop.url}/console/views/orders?customer_id=eq.nobody`);
    await expect.poll(() => page.locator('.empty').textContent()).toContain('No row matches');
  });

  test('says what is wrong with a query', async () => {
    const page = await opened(browser, `${shop.url}/console/views/orders?nothing=eq.1`, {}, /400/);
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('nothing');
  });

  test('lights the cell that a new event changes', async () => {
    const page = await opened(browser, `${sales.url}/console/views/sales?id=eq.order-1001`);
    await expect.poll(() => cells(page)).toHaveLength(1);
    const event = { stream: 'order-1001', type: 'order.shipped', data: { carrier: 'by-hand' } };
    await fetch(`${sales.url}/events`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(event),
    });
    await expect.poll(() => page.locator('td.lit-1').allTextContents()).toEqual(['by-hand']);
  });
});

describe('the request that is shown', () => {
  const QUERY = 'select=status,total&order=placed_at.desc,id&limit=7';

  test.each([
    ['now', ''],
    ['as of a moment', '#4321'],
  ])('gives the rows of the table when it is copied: %s', async (_, moment) => {
    const page = await opened(browser, `${sales.url}/console/views/sales?${QUERY}${moment}`, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    // So many replays may begin at once, and the page begins two.
    await page.locator('.rows:not(.stale) ~ .playhead .track[aria-busy="false"]').waitFor();
    await page.getByRole('button', { name: 'curl' }).click();
    const command = await page.evaluate<string>('navigator.clipboard.readText()');
    const { stdout } = await promisify(execFile)('bash', ['-c', `${command} --silent --fail`]);
    const rows = (JSON.parse(stdout) as Row[]).map((row) => Object.values(row).map(String));
    expect(rows).toHaveLength(7);
    expect(await cells(page)).toEqual(rows);
  });
});

describe('the playhead', () => {
  const PATH = '/views/sales?order=placed_at.desc&limit=25';

  test('shows the view as of where it is dragged to, and of each event that it is stepped to', async () => {
    const page = await opened(browser, `${sales.url}/console${PATH}`);
    await expectRows(page, sales, PATH);
    const track = page.locator('.track');
    const box = (await track.boundingBox()) as { x: number; y: number; width: number; height: number };
    await page.mouse.move(box.x + box.width - 2, box.y + 10);
    await page.mouse.down();
    for (const share of [0.9, 0.6, 0.35, 0.5]) await page.mouse.move(box.x + box.width * share, box.y + 10);
    await page.mouse.up();
    await expect.poll(() => page.locator('.track').getAttribute('aria-valuetext')).toContain('2025');
    const dragged = await positionOf(page);
    expect(dragged).toBeGreaterThan(EVENTS * 0.45);
    await expectRows(page, sales, PATH, `as-of=${dragged}`);
    await page.locator('h1').click();
    for (const [key, position] of [
      ['ArrowRight', dragged + 1],
      ['ArrowRight', dragged + 2],
      ['ArrowLeft', dragged + 1],
    ] as const) {
      await page.keyboard.press(key);
      expect(await positionOf(page)).toBe(position);
      await expectRows(page, sales, PATH, `as-of=${position}`);
      await expect.poll(() => page.locator('.moment').textContent()).toContain('order.');
    }
    await expect.poll(() => page.url()).toContain(`#${dragged + 1}`);
    await page.getByRole('button', { name: 'Back to now' }).click();
    await expectRows(page, sales, PATH);
  });

  test('opens at the moment that the address names, and goes to a time', async () => {
    const page = await opened(browser, `${sales.url}/console${PATH}#4321`);
    await expectRows(page, sales, PATH, 'as-of=4321');
    await page.getByLabel('Go to a position or a time').fill('2025-07-01T00:00:00Z');
    await page.keyboard.press('Enter');
    await expectRows(page, sales, PATH, 'as-of="2025-07-01T00:00:00Z"');
    expect(await positionOf(page)).toBeGreaterThan(EVENTS * 0.45);
  });

  test('goes from change to change of the rows that are shown, with shift', async () => {
    const page = await opened(browser, `${sales.url}/console/views/sales?id=eq.order-20000`);
    await page.locator('.grid td').first().waitFor();
    const changes: [string, number, string | null | undefined][] = [];
    for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowRight']) {
      const before = await positionOf(page);
      await page.keyboard.press(`Shift+${key}`);
      await expect.poll(() => positionOf(page)).not.toBe(before);
      await expect.poll(() => page.locator('.moment:not(.stale) .type').count()).toBe(1);
      changes.push([key, await positionOf(page), await page.locator('.moment .type').textContent()]);
    }
    const [shipped, paid, placed, paidAgain] = changes;
    expect(changes.map(([, , type]) => type)).toEqual([
      'order.shipped',
      'order.paid',
      'order.placed',
      'order.paid',
    ]);
    expect([paid?.[1], placed?.[1]]).toEqual([Number(shipped?.[1]) - 40, Number(shipped?.[1]) - 80]);
    expect(paidAgain?.[1]).toBe(paid?.[1]);
  });

  test('plays the whole log and ends where the view is now; changes light up on the way', async () => {
    const page = await opened(browser, `${sales.url}/console${PATH}`);
    await expectRows(page, sales, PATH);
    await page.getByLabel('Speed').selectOption('all in 15 s');
    if (isMeasuring) {
      // The film is to be there, as it is for whoever has had the pointer over the playhead.
      await page.locator('.track').hover();
      await page.locator('.playhead:has(.ticks span) .track[aria-busy="false"]').waitFor();
    }
    const measured = framesOf(page, '.thumb', 5);
    await page.keyboard.press('Space');
    await expect.poll(() => page.locator('.lit-0, .lit-1').count()).toBeGreaterThan(0);
    const { frames, seconds, work } = await measured;
    report(`${(frames / seconds).toFixed(1)} frames a second while playing, for each ${describeWork(work)}`);
    expect(frames).toBeGreaterThan(0);
    await expect.poll(() => page.getByRole('button', { name: /^Play/ }).count()).toBe(1);
    await expectRows(page, sales, PATH);
  });
});

describe('the log', () => {
  test('is searched by stream and type, and opened event by event', async () => {
    const page = await opened(browser, `${shop.url}/console/log`);
    const types = () => page.locator('.event .type').allTextContents();
    await expect.poll(types).toHaveLength(100);
    await page.getByLabel('stream').fill('order-1001');
    await page.keyboard.press('Enter');
    await expect
      .poll(types)
      .toEqual(['order.delivered', 'order.shipped', 'order.paid', 'order.item-added', 'order.placed']);
    await page.getByLabel('type').fill('order.paid');
    await page.keyboard.press('Enter');
    await expect.poll(types).toEqual(['order.paid']);
    await page.locator('.event-toggle').click();
    await expect.poll(() => page.locator('.event-body').textContent()).toContain('"amount": 6060');
    await page.getByRole('link', { name: 'order-1001' }).last().click();
    await expect
      .poll(() => page.locator('.tree .node .type').allTextContents())
      .toEqual(['order.placed', 'order.item-added', 'order.paid', 'order.shipped', 'order.delivered']);
  });

  test('goes on with each new event while it is followed', async () => {
    const page = await opened(browser, `${sales.url}/console/log?follow=1`);
    await expect.poll(() => page.locator('.event').count()).toBe(100);
    await fetch(`${sales.url}/streams/order-1002`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ type: 'order.paid', data: { method: 'transfer' } }),
    });
    await expect
      .poll(() => page.locator('.event .summary').first().textContent())
      .toBe('{"method":"transfer"}');
  });
});

test('dead letters: the event, the error and who waits; retried in vain, and discarded with a reason', async () => {
  const page = await opened(browser, `${sales.url}/console/dead-letters`, {}, /4\d\d/);
  const letter = page.locator('.letter', { hasText: BROKEN });
  await expect.poll(() => letter.textContent()).toContain('CHECK constraint failed');
  await expect.poll(() => letter.textContent()).toContain('2 events wait behind it');
  await letter.getByRole('button', { name: 'Show the events' }).click();
  await expect.poll(() => letter.locator('.event').count()).toBe(3);
  await letter.getByRole('button', { name: 'Retry' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Retry' }).click();
  await expect.poll(() => dialog.getByRole('alert').textContent()).toContain('CHECK constraint failed');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await letter.getByRole('button', { name: 'Discard' }).click();
  expect(await dialog.getByRole('button', { name: 'Discard' }).isDisabled()).toBe(true);
  await dialog.getByLabel('Why').fill('a test order');
  await dialog.getByRole('button', { name: 'Discard' }).click();
  await expect.poll(() => letter.count()).toBe(0);
  await expect.poll(() => page.locator('.plain').textContent()).toContain('a test order');
});

test('a program: lineage is drawn, and the compiled SQL is there', async () => {
  const page = await opened(browser, `${shop.url}/console/projections/orders`);
  await expect.poll(() => page.locator('.lineage-link').count()).toBeGreaterThan(20);
  await expect
    .poll(() => page.locator('.sql').allTextContents())
    .toContainEqual(expect.stringContaining('CREATE TEMP TRIGGER'));
});

describe('where tokens are asked for', () => {
  const signIn = async (token: string): Promise<Page> => {
    const page = await opened(browser, `${guarded.url}/console`, {}, /401/);
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    return page;
  };

  test('a reader sees everything, and no button that it may not press', async () => {
    const page = await signIn('reader-token-0001');
    await expect.poll(() => page.locator('.projections .card').count()).toBe(3);
    expect(await page.locator('.card footer button').count()).toBe(0);
    await page.reload();
    await expect.poll(() => page.locator('.projections .card').count()).toBe(3);
  });

  test('an operator sees the buttons; a wrong token is asked for again', async () => {
    const page = await signIn('wrong-token-00001');
    await expect.poll(() => page.locator('.sign-in').textContent()).toContain('refused');
    await page.getByLabel('Token').fill('operator-token-01');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.card footer button').count()).toBeGreaterThan(2);
  });
});

const PAGES: readonly (readonly [name: string, server: () => RealServer, path: string, settled: string])[] = [
  ['overview', () => shop, '', '.card'],
  [
    'view',
    () => sales,
    '/views/sales?order=placed_at.desc#61803',
    '.rows:has(td) ~ .playhead:has(.ticks span) .track[aria-busy="false"]',
  ],
  ['log', () => shop, '/log', '.event'],
  ['correlation', () => shop, '/log?correlation=order-1001', '.tree .node'],
  ['dead-letters', () => sales, '/dead-letters', '.empty, .letter'],
  ['program', () => shop, '/projections/orders', '.lineage-item'],
];
const SCREENS = {
  wide: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 } },
} as const;

/** Those that the documents show. */
const PICTURES = new Set([
  ...PAGES.map(([name]) => `${name}-wide-light`),
  'view-wide-dark',
  'view-phone-light',
]);

describe.each(PAGES)('%s', (name, server, path, settled) => {
  test.each(['wide', 'phone'] as const)(
    'is accessible on a %s screen, in light and in dark',
    async (screen) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const options = { ...SCREENS[screen], colorScheme };
        const page = await opened(browser, `${server().url}/console${path}`, options);
        await page.locator(settled).first().waitFor();
        expect(await violations(page)).toEqual([]);
        const isTooWide = await page.evaluate(
          'document.documentElement.scrollWidth > document.documentElement.clientWidth',
        );
        expect([name, screen, isTooWide]).toEqual([name, screen, false]);
        if (PICTURES.has(`${name}-${screen}-${colorScheme}`))
          await picture(page, `${name}-${screen}-${colorScheme}`);
      }
    },
  );
});
