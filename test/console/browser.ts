import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';

/** Chromium, from PROJECTIONIST_CHROMIUM or where Debian and Ubuntu have it. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['PROJECTIONIST_CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page of its own, which fails the test where it asks another server, reports an error, or breaks its policy. */
export async function opened(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  expectedErrors = /^$/,
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !expectedErrors.test(message.text())) wrong.push(message.text());
  });
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('request', (request) => {
    const isOther = url !== 'about:blank' && new URL(request.url()).origin !== new URL(url).origin;
    if (isOther) wrong.push(`asked ${request.url()}`);
  });
  onTestFinished(async () => {
    await context.close();
    expect(wrong).toEqual([]);
  });
  await page.goto(url);
  return page;
}

/** What axe finds serious or critical, a line each. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(): Promise<{
          violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
        }>;
      };
    };
    const found = (await axe.run()).violations.filter(({ impact }) =>
      ['serious', 'critical'].includes(impact),
    );
    return found.flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  });
}

/** Makes a picture for the documents, where `PROJECTIONIST_SCREENSHOTS` says which folder they are in. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['PROJECTIONIST_SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `console-${name}.png`) });
}

/** The text of every cell of the rows on a page. */
export function cells(page: Page): Promise<string[][]> {
  return page
    .locator('.grid tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.children].map((cell) => (cell as { textContent: string }).textContent.trim()),
      ),
    );
}
