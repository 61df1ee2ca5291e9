import type { Browser, CDPSession, Page } from 'playwright-core';

/** `PROJECTIONIST_MEASURE=1` has the tests say how fast the console is. Nothing fails for being slow. */
export const isMeasuring = process.env['PROJECTIONIST_MEASURE'] !== undefined;

export function report(text: string): void {
  if (isMeasuring) console.log(text);
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Milliseconds from the request of a page, by a browser that has nothing of it, to the frame that shows something. */
export async function readyAfter(browser: Browser, url: string, selector: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  const page = await context.newPage();
  await page.addInitScript(watchFor, selector);
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator(selector).first().waitFor();
  const time = await page.evaluate<number>(
    'new Promise((tell) => requestAnimationFrame(() => tell(readyAt)))',
  );
  await context.close();
  return time;
}

/** Runs in the page, before anything else does. */
function watchFor(selector: string): void {
  const page = globalThis as unknown as {
    readyAt?: number;
    document: { querySelector(selector: string): unknown };
    requestAnimationFrame(look: (at: number) => void): void;
  };
  const look = (): void => {
    if (page.document.querySelector(selector) === null) page.requestAnimationFrame(look);
    else page.readyAt = performance.now();
  };
  look();
}

/** CPU milliseconds of the page's main thread, by what it did. */
type Work = ReadonlyMap<string, number>;

/** What the browser calls the parts of a frame, and what they are. */
const PARTS: Readonly<Record<string, string>> = {
  FunctionCall: 'script',
  UpdateLayoutTree: 'style',
  Layout: 'layout',
  PrePaint: 'paint',
  Paint: 'paint',
  Layerize: 'paint',
  Commit: 'paint',
  RunTask: 'all tasks',
};

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of CPU. */
  readonly tdur?: number;
}

/** Counts the frames in which an element moves, for so many seconds from when it first does, and what each costs. */
export async function framesOf(
  page: Page,
  selector: string,
  seconds: number,
): Promise<{ readonly frames: number; readonly seconds: number; readonly work: Work }> {
  const tracing = isMeasuring ? await beginTrace(page) : undefined;
  const counted = await page.evaluate(countFrames, { selector, seconds });
  const events = (await tracing?.()) ?? [];
  return { ...counted, work: workOf(events, counted.frames) };
}

export function describeWork(work: Work): string {
  return [...work].map(([part, time]) => `${part} ${time.toFixed(1)} ms`).join(', ');
}

async function beginTrace(page: Page): Promise<() => Promise<readonly TraceEvent[]>> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const whole = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] },
  });
  return async () => {
    await session.send('Tracing.end');
    await whole;
    return events;
  };
}

function workOf(events: readonly TraceEvent[], frames: number): Work {
  const drawing = events.find(({ name }) => name === 'FireAnimationFrame');
  const own = events.filter(({ ph, pid, tid }) => ph === 'X' && pid === drawing?.pid && tid === drawing.tid);
  const work = new Map<string, number>();
  for (const { name, tdur = 0 } of own) {
    const part = PARTS[name];
    if (part !== undefined) work.set(part, (work.get(part) ?? 0) + tdur / 1000 / frames);
  }
  return work;
}

/** Runs in the page. */
function countFrames(asked: {
  selector: string;
  seconds: number;
}): Promise<{ frames: number; seconds: number }> {
  const page = globalThis as unknown as {
    document: { querySelector(selector: string): { style: { getPropertyValue(name: string): string } } };
    requestAnimationFrame(draw: (at: number) => void): void;
  };
  const { style } = page.document.querySelector(asked.selector);
  return new Promise((resolve) => {
    let [frames, began, before] = [0, 0, ''];
    const draw = (at: number): void => {
      const share = style.getPropertyValue('--share');
      const moved = share !== before && before !== '';
      before = share;
      if (moved && began === 0) began = at;
      else if (moved) frames += 1;
      if (began > 0 && at - began >= asked.seconds * 1000) resolve({ frames, seconds: (at - began) / 1000 });
      else page.requestAnimationFrame(draw);
    };
    page.requestAnimationFrame(draw);
  });
}
