import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { picture, violations } from '../console/browser.ts';
import { BEHIND, BROKEN } from '../console/trouble-log.ts';
import { Troubled } from '../console/troubled.ts';

const troubled = new Troubled();

beforeAll(async () => {
  await post('/streams/account-601', { type: 'account.deposited', data: { cents: -1 } });
  await post('/projections/scores/rebuild', { verify: true });
});

async function post(path: string, body: object): Promise<void> {
  const response = await fetch(`${troubled.url}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect([path, response.ok]).toEqual([path, true]);
}

const concerns = (page: Page) =>
  page
    .locator('.concern p')
    .evaluateAll((lines) =>
      lines.map((line) => (line as { textContent: string }).textContent.replaceAll(/\s+/g, ' ').trim()),
    );

test('the overview begins with what is wrong, what it means, and what to press', async () => {
  const page = await troubled.open();
  await expect
    .poll(() => concerns(page))
    .toEqual([
      'accounts leaves out 2 streams An event of each could not be applied. All other streams go on.',
      'ledger has stopped at event 101 Its views answer as of 100, 1 event behind.',
      'A rebuild of scores did not pass its verification Generation 1 goes on answering.',
    ]);
  await expect.poll(() => page.title()).toBe('(3) Projectionist');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page)).toEqual([]);
  }
  await picture(page, 'trouble-wide-light');
  const stopped = page.locator('.concern', { hasText: 'ledger' });
  await stopped.getByRole('button', { name: 'Try again' }).click();
  await expect
    .poll(() => page.getByRole('dialog').textContent())
    .toContain('ledger tries again where it stopped');
  await page.getByRole('dialog').getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  await expect.poll(async () => (await concerns(page))[1]).toContain('ledger has stopped at event 101');
  await stopped.getByRole('link', { name: 'Why' }).click();
  await page.getByRole('link', { name: 'The event at 101' }).click();
  await expect.poll(() => page.locator('.event.open .position').textContent()).toBe('101');
});

test('a view whose projection has stopped does not call itself live', async () => {
  const page = await troubled.open('/views/ledger');
  await expect.poll(() => page.locator('.page-head .pill').textContent()).toBe('stopped');
  await expect.poll(() => concerns(page)).toHaveLength(1);
});

test('a rebuild that did not pass says by which row, of which generation', async () => {
  const page = await troubled.open('/projections/scores');
  await expect
    .poll(() => page.locator('.verification th').allTextContents())
    .toEqual(['column', 'generation 2', 'replayed', 'score']);
  await page.getByRole('button', { name: 'Rebuild' }).click();
  await page.getByRole('checkbox').check();
  await page.getByRole('dialog').getByRole('button', { name: 'Rebuild' }).click();
  await expect
    .poll(() => page.locator('.verification th').allTextContents(), { timeout: 30_000 })
    .toContain('generation 3');
});

test('a stream that is left out says how many events wait, and applies them when the first is discarded', async () => {
  const page = await troubled.open('/dead-letters');
  const letter = page.locator('.letter', { hasText: BROKEN });
  await expect.poll(() => letter.textContent()).toContain(`${BEHIND} events wait behind it`);
  await letter.getByRole('button', { name: 'Discard' }).click();
  await expect.poll(() => page.getByRole('dialog').textContent()).toContain(`The ${BEHIND} events behind it`);
  await page.getByLabel('Why').fill('a deposit of nothing');
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
  await expect.poll(() => letter.count()).toBe(0);
  await expect.poll(() => page.locator('.plain td').allTextContents()).toContain('a deposit of nothing');
});
