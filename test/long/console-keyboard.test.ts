import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { Troubled } from '../console/troubled.ts';

const troubled = new Troubled();

interface Focus {
  /** What a screen reader would say, or its text. */
  readonly name: string;
  readonly tag: string;
  /** Why it cannot be seen that it has the focus; empty where it can. */
  readonly fault: string;
}

/** Runs in the page. */
function focusNow(): Focus {
  const page = globalThis as unknown as {
    document: {
      activeElement: {
        tagName: string;
        ariaLabel: string | null;
        textContent: string;
        labels?: ArrayLike<{ textContent: string }>;
        title?: string;
        getBoundingClientRect(): { left: number; top: number; width: number; height: number };
        contains(other: unknown): boolean;
      };
      elementFromPoint(x: number, y: number): unknown;
    };
    getComputedStyle(element: unknown): { outlineStyle: string; outlineWidth: string };
  };
  const element = page.document.activeElement;
  const { outlineStyle, outlineWidth } = page.getComputedStyle(element);
  const { left, top, width, height } = element.getBoundingClientRect();
  const there = page.document.elementFromPoint(
    left + Math.min(width, 40) / 2,
    top + Math.min(height, 20) / 2,
  );
  const isSeen = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
  const isOnTop = there !== null && (element.contains(there) || width * height < 2);
  return {
    name: (element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.textContent).trim(),
    tag: element.tagName,
    fault: isSeen ? (isOnTop ? '' : 'it lies under something else') : 'it has no outline',
  };
}

/** What has the focus after each press of Tab, until the page is left. */
async function tabThrough(page: Page): Promise<readonly Focus[]> {
  const found: Focus[] = [];
  for (let at = 0; at < 200; at += 1) {
    await page.keyboard.press('Tab');
    const focus = await page.evaluate(focusNow);
    if (focus.tag === 'BODY') break;
    found.push(focus);
  }
  return found;
}

describe.each([390, 1280])('%i pixels wide', (width) => {
  test.each([
    ['', '.projections .card'],
    ['/views/deposits?limit=30', '.grid td'],
    ['/log', '.event'],
    ['/dead-letters', '.letter'],
    ['/projections/accounts', '.lineage-item'],
  ])('%s: whatever has the focus has a name, and is seen to have it', async (path, settled) => {
    const page = await troubled.open(path, { viewport: { width, height: 860 } });
    await page.locator(settled).first().waitFor();
    const found = await tabThrough(page);
    expect(found.length).toBeGreaterThan(10);
    expect(found[0]?.name).toBe('To the content');
    expect(found.filter(({ name, fault }) => name === '' || fault !== '')).toEqual([]);
  });
});

test('who wants less motion has none: what changes is marked, and does not fade', async () => {
  const page = await troubled.open('/views/deposits', { reducedMotion: 'reduce' });
  await page.locator('.grid td').first().waitFor();
  const moving = await page.evaluate<string[]>(
    `[...document.querySelectorAll('*')].filter((element) => {
      const { transitionDuration, transitionProperty } = getComputedStyle(element);
      return transitionProperty !== 'none' && parseFloat(transitionDuration) > 0;
    }).map((element) => element.className)`,
  );
  expect(moving).toEqual([]);
  const timing = await page.evaluate<string>(
    `(() => {
      const cell = document.querySelector('.grid td');
      cell.classList.add('lit-0');
      return getComputedStyle(cell).animationTimingFunction;
    })()`,
  );
  expect(timing).toMatch(/^steps\(1/);
});
