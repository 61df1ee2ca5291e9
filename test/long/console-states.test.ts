import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { cells, launch, opened, picture, violations } from '../console/browser.ts';
import { writeOdd } from '../console/odd-log.ts';
import { BROKEN, writeOrders } from '../console/orders-log.ts';
import { type RealServer, startServer } from '../console/real-server.ts';

/** Definitions find the packages of the checkout they stand in. */
const MANY = resolve('test/console/.many');
const READER = 'reader-token-0001';
const TOKENS = { environment: { PROJECTIONIST_TOKENS: `read:${READER}` } };
/** What the browser itself says of a request that failed. */
const FAILED_REQUESTS = /Failed to load resource|ERR_/;

let folder: string;
let browser: Browser;
let odd: RealServer;
let sales: RealServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'projectionist-console-'));
  writeOdd(join(folder, 'odd.ndjson'));
  writeOrders(join(folder, 'orders.ndjson'), 5000);
  browser = await launch();
  odd = await startServer('test/console/odd', join(folder, 'odd.ndjson'));
  sales = await startServer('test/console/projections', join(folder, 'orders.ndjson'));
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await Promise.all([odd, sales].map((server) => server?.stop()));
  for (const each of [folder, MANY]) rmSync(each, { recursive: true, force: true });
});

/** A server for one test. */
async function forThisTest(starting: Promise<RealServer>): Promise<RealServer> {
  const server = await starting;
  onTestFinished(() => server.stop());
  return server;
}

/** What axe finds, and whether the page is wider than its window. */
async function faults(page: Page): Promise<readonly string[]> {
  const found = await violations(page);
  const [content, window] = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  );
  return content > window ? [...found, `The page is ${content} wide in ${window}`] : found;
}

const focused = (page: Page) =>
  page.evaluate<string>(
    '(({ ariaLabel, labels, textContent }) => ariaLabel ?? labels?.[0]?.textContent ?? textContent)(document.activeElement)',
  );

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

describe.each([390, 1280, 2560])('%i pixels wide', (width) => {
  test.each([
    ['', '.card'],
    ['/views/notes', '.grid td'],
    ['/views/sheet', '.grid td'],
    ['/views/nothing', '.empty'],
    ['/log', '.event'],
    ['/log?correlation=nothing', '.empty'],
    ['/projections/sheet', '.lineage-item'],
    ['/dead-letters', '.empty'],
    ['/nothing/here', '.empty'],
    ['/views/%E0%A4%A', '.empty'],
  ])('%s holds values of any kind, in light and in dark', async (path, settled) => {
    const page = await opened(browser, `${odd.url}/console${path}`, { viewport: { width, height: 900 } });
    await page.locator(settled).first().waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await faults(page)).toEqual([]);
    }
  });

  test('dialogs, and the story of a row with long values', async () => {
    const page = await opened(browser, `${odd.url}/console/views/notes`, {
      viewport: { width, height: 900 },
    });
    await page.locator('.row-button', { hasText: 'very-long' }).click();
    await page.locator('.story li').first().waitFor();
    expect(await faults(page)).toEqual([]);
    await page.goto(`${odd.url}/console/projections/notes`);
    for (const name of ['Pause', 'Rebuild', 'Verify']) {
      await page.getByRole('button', { name, exact: true }).click();
      await page.getByRole('dialog').waitFor();
      expect(await faults(page)).toEqual([]);
      await page.keyboard.press('Escape');
    }
  });
});

test('what is under an address that a row names is what it names, whatever its characters', async () => {
  const page = await opened(browser, `${odd.url}/console/views/notes`);
  for (const name of ['a/b?c#d', '%41&x=1', '<b>', 'שלום', 'a b', '0'.repeat(180)]) {
    await page.getByRole('button', { name: `Story of note-${name}`, exact: true }).click();
    await expect.poll(() => page.locator('.story .faint').first().textContent()).toContain(`note-${name}`);
    await page.keyboard.press('Escape');
  }
});

describe('a verification', () => {
  const verified = async (
    { url }: RealServer,
    projection: string,
  ): Promise<{ page: Page; outcome: Locator; words: () => Promise<string> }> => {
    const page = await opened(browser, `${url}/console/projections/${projection}`);
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Verify' }).click();
    const outcome = page.locator('.verification[role=alert]');
    await outcome.waitFor();
    expect(await faults(page)).toEqual([]);
    const words = async (): Promise<string> => ((await outcome.textContent()) ?? '').replaceAll(/\s+/g, ' ');
    return { page, outcome, words };
  };

  const plant = ({ data }: RealServer, projection: string, sql: string): void => {
    const file = new Database(join(data, 'views', `${projection}-1.db`), { fileMustExist: true });
    expect(file.prepare(sql).run().changes).toBe(1);
    file.close();
  };

  test('names a function that answers differently each time', async () => {
    const { words } = await verified(odd, 'notes');
    expect(await words()).toContain('Generation 1 at position 52 differs from a second replay: 11 in moods');
    expect(await words()).toMatch(/Two replays of the same events differ, first at note\.taken at \d/);
  });

  test('names a row that something else wrote, and leads to it', async () => {
    plant(odd, 'sheet', 'UPDATE sheet SET measured_value_3 = 7, measured_value_199 = 8 WHERE position = 30');
    const { page, outcome, words } = await verified(odd, 'sheet');
    expect(await words()).toContain('No event left it like this: something else wrote it.');
    expect(await outcome.locator('tbody th').allTextContents()).toEqual([
      'measured_value_3',
      'measured_value_199',
    ]);
    await outcome.getByRole('link', { name: '30', exact: true }).click();
    await expect.poll(async () => (await cells(page)).map((row) => row.slice(0, 1))).toEqual([['30']]);
  });

  test('names an event that is missing from a row, and leads to it', async () => {
    plant(sales, 'sales', "UPDATE sales SET status = 'paid', carrier = NULL WHERE id = 'order-1010'");
    const { page, outcome, words } = await verified(sales, 'sales');
    expect(await words()).toContain('It is as it was before order.shipped at 91, which is missing from it.');
    await page.setViewportSize({ width: 1440, height: 900 });
    await picture(page, 'verification-wide-light');
    await outcome.getByRole('link', { name: 'order.shipped at 91' }).click();
    await expect.poll(() => page.locator('.event.open .type').textContent()).toBe('order.shipped');
  });
});

describe('where there is nothing', () => {
  test('no projection, and no event: what will be here, and how it comes', async () => {
    const projections = join(folder, 'none');
    mkdirSync(projections);
    const server = await forThisTest(startServer(projections, undefined));
    const page = await opened(browser, `${server.url}/console`);
    await expect.poll(() => page.locator('.empty').textContent()).toContain('There is no projection yet');
    expect(await faults(page)).toEqual([]);
    await page.getByRole('link', { name: /^Log/ }).click();
    await expect.poll(() => page.locator('.empty').textContent()).toContain('The log is empty');
    expect(await faults(page)).toEqual([]);
  });

  test('no event: a view says so, and its playhead stays where it is', async () => {
    const server = await forThisTest(startServer('projections', undefined));
    const page = await opened(browser, `${server.url}/console/views/orders`);
    await expect.poll(() => page.locator('.empty').textContent()).toContain('No rows yet');
    await press(page, ' ', 'ArrowLeft', 'ArrowRight', 'Home', 'End');
    await expect.poll(() => page.locator('.pill.live').count()).toBe(1);
    expect(await page.locator('.playhead [role=alert], .trouble').count()).toBe(0);
    expect(await faults(page)).toEqual([]);
  });

  test('no row before the first event, and none that matches', async () => {
    const page = await opened(browser, `${sales.url}/console/views/sales?customer=eq.nobody`);
    await expect.poll(() => page.locator('.empty').textContent()).toContain('No row matches');
    await page.goto(`${sales.url}/console/views/sales`);
    await page.locator('.grid td').first().waitFor();
    await press(page, 'Home');
    await expect.poll(() => page.locator('.empty').textContent()).toContain('No rows yet at this moment');
    await expect.poll(() => page.locator('.when').textContent()).toBe('before the first event');
  });
});

test('twenty projections', async () => {
  mkdirSync(MANY, { recursive: true });
  for (let at = 1; at <= 20; at += 1)
    writeFileSync(join(MANY, `orders-${at}.ts`), definition(`orders_of_department_${at}`));
  writeFileSync(join(MANY, 'events.ts'), `export { events } from '../projections/events.ts';\n`);
  const server = await forThisTest(startServer(MANY, join(folder, 'orders.ndjson')));
  for (const width of [390, 1280, 2560]) {
    const page = await opened(browser, `${server.url}/console`, { viewport: { width, height: 900 } });
    await expect.poll(() => page.locator('.projections .card').count()).toBe(20);
    expect(await faults(page)).toEqual([]);
    await page.getByRole('link', { name: 'orders_of_department_20', exact: true }).last().click();
    await expect.poll(() => page.locator('h1').textContent()).toBe('orders_of_department_20');
  }
});

function definition(name: string): string {
  return `
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { projection } from 'projectionist';
import { events } from './events.ts';
export const view = sqliteTable('${name}', { id: text().primaryKey() });
export default projection({
  name: '${name}', events, views: { view },
  on: { 'order.placed': (e, db) => db.insert(view).values({ id: e.stream }) },
});
`;
}

describe('a server', () => {
  test('that is gone is said to be, and what was shown stays; what it says when it is back is shown', async () => {
    const first = await forThisTest(startServer('test/console/projections', join(folder, 'orders.ndjson')));
    const page = await opened(browser, `${first.url}/console/views/sales?limit=3`, {}, FAILED_REQUESTS);
    await expect.poll(() => cells(page)).toHaveLength(3);
    await first.interrupt();
    const alert = page.getByRole('alert').filter({ hasText: 'The server does not answer' });
    await alert.waitFor();
    expect(await cells(page)).toHaveLength(3);
    expect(await faults(page)).toEqual([]);
    const again = await forThisTest(startServer('test/console/projections', undefined, { after: first }));
    await alert.waitFor({ state: 'detached' });
    await fetch(`${again.url}/streams/order-0000`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ type: 'order.placed', data: { customer: 'late', total: 5 } }),
    });
    await expect.poll(async () => (await cells(page))[0]?.slice(0, 2)).toEqual(['order-0000', 'late']);
  });

  test('that no longer takes the token asks for another one, and goes on where one was', async () => {
    const first = await forThisTest(startServer('projections', 'data/shop.events.ndjson', TOKENS));
    const page = await opened(browser, `${first.url}/console/views/orders?limit=3`, {}, FAILED_REQUESTS);
    await page.getByLabel('Token').fill(READER);
    await press(page, 'Enter');
    await expect.poll(() => cells(page)).toHaveLength(3);
    await first.interrupt();
    await forThisTest(
      startServer('projections', undefined, {
        environment: { PROJECTIONIST_TOKENS: 'read:another-token-001' },
        after: first,
      }),
    );
    await expect.poll(() => page.locator('.sign-in').textContent()).toContain('was refused');
    expect(await faults(page)).toEqual([]);
    await page.getByLabel('Token').fill('another-token-001');
    await press(page, 'Enter');
    await expect.poll(() => cells(page)).toHaveLength(3);
    expect(page.url()).toContain('/console/views/orders?limit=3');
  });
});

test('a reader is shown no button of an operator, on any page', async () => {
  const server = await forThisTest(
    startServer('test/console/projections', join(folder, 'orders.ndjson'), TOKENS),
  );
  const page = await opened(browser, `${server.url}/console`, {}, FAILED_REQUESTS);
  await page.getByLabel('Token').fill(READER);
  await press(page, 'Enter');
  for (const [path, settled] of [
    ['', '.projections .card'],
    ['/projections/sales', '.lineage-item'],
    ['/dead-letters', '.letter'],
    ['/views/sales', '.grid td'],
    ['/log', '.event'],
  ] as const) {
    await page.goto(`${server.url}/console${path}`);
    await page.locator(settled).first().waitFor();
    const buttons = await page.getByRole('button').allTextContents();
    for (const name of ['Pause', 'Resume', 'Rebuild', 'Verify', 'Roll back', 'Retry', 'Discard'])
      expect([path, buttons.filter((text) => text.includes(name))]).toEqual([path, []]);
  }
});

describe('the keyboard alone', () => {
  test('sorts a table, opens a row, and comes back to it', async () => {
    const page = await opened(browser, `${sales.url}/console/views/sales?limit=5`);
    await page.locator('.grid td').first().waitFor();
    await page.getByRole('button', { name: 'total', exact: true }).focus();
    await press(page, 'Enter');
    await expect.poll(() => page.locator('th[aria-sort=ascending]').textContent()).toContain('total');
    expect(await focused(page)).toContain('total');
    await press(page, 'Tab', 'Tab', 'Tab');
    const row = await focused(page);
    expect(row).toMatch(/^Story of order-/);
    await press(page, 'Enter');
    await page.locator('.story li').first().waitFor();
    expect(await focused(page)).toBe(row);
    await press(page, 'Escape');
    expect(await page.locator('.drawer').count()).toBe(0);
    expect(await focused(page)).toBe(row);
  });

  test('answers a dialog, and comes back to the button that asked', async () => {
    const page = await opened(browser, `${sales.url}/console/dead-letters`);
    const discard = page.locator('.letter', { hasText: BROKEN }).getByRole('button', { name: 'Discard' });
    for (const end of [['Escape'], ['Tab', 'Enter']]) {
      await discard.focus();
      await press(page, 'Enter');
      await page.getByRole('dialog').waitFor();
      expect(await focused(page)).toContain('Why');
      expect(await faults(page)).toEqual([]);
      await press(page, ...end);
      await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
      expect(await focused(page)).toContain('Discard');
    }
  });

  test('moves the playhead as a slider is moved', async () => {
    const page = await opened(browser, `${sales.url}/console/views/sales?limit=5`);
    await page.locator('.grid td').first().waitFor();
    const track = page.getByRole('slider');
    const at = async (): Promise<number> => Number(await track.getAttribute('aria-valuenow'));
    const end = await at();
    await track.focus();
    for (const [key, position] of [
      ['ArrowLeft', end - 1],
      ['PageDown', end - 1 - end / 20],
      ['ArrowUp', end - end / 20],
      ['Home', 0],
      ['PageUp', end / 20],
      ['End', end],
    ] as const) {
      await press(page, key);
      expect([key, await at()]).toEqual([key, position]);
    }
    await press(page, 'Home', ' ');
    await expect.poll(at).toBeGreaterThan(0);
    await press(page, ' ');
    await expect.poll(() => page.getByRole('button', { name: 'Play (space)' }).count()).toBe(1);
  });
});

test('on a phone, the rows of the past lead back to those of now', async () => {
  const page = await opened(browser, `${sales.url}/console/views/sales?limit=5&order=placed_at.desc#700`, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await expect.poll(() => page.locator('.when').textContent()).toContain('2025');
  const past = await cells(page);
  const back = page.getByRole('button', { name: 'Back to now' });
  const box = (await back.boundingBox()) as { x: number; width: number; height: number };
  expect(box.x + box.width).toBeLessThanOrEqual(390);
  expect(box.height).toBeGreaterThanOrEqual(24);
  await back.tap();
  await expect.poll(() => page.locator('.when').textContent()).toBe('now');
  expect(await cells(page)).not.toEqual(past);
});
