import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { EventLog, type EventLogOptions } from '../../src/event-log/event-log.ts';
import type { RecordedEvent } from '../../src/event-log/event.ts';

/** A folder that is deleted after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'projectionist-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A log in a folder of its own, closed after the test. */
export function temporaryLog(options: EventLogOptions = {}): EventLog {
  return openedLog(join(temporaryFolder(), 'log.db'), options);
}

/** A log at `path`, closed after the test. */
export function openedLog(path: string, options: EventLogOptions = {}): EventLog {
  const log = EventLog.open(path, options);
  onTestFinished(() => log.close());
  return log;
}

/** An event without a stream, as `append` takes it. */
export function event(
  data: unknown = {},
  members: { id?: string; type?: string; schemaVersion?: number } = {},
) {
  return { type: 'thing.happened', data, ...members };
}

/** What the invariants say of every log: positions and versions without gaps, and true counts by type. */
export function expectGapless(log: EventLog): void {
  const events = [...log.readAll()];
  expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => index + 1));
  for (const ofStream of Map.groupBy(events, ({ stream }) => stream).values()) {
    expect(ofStream.map(({ version }) => version)).toEqual(ofStream.map((_, index) => index + 1));
  }
  const counted = [...Map.groupBy(events, ({ type }) => type)].map(([type, { length }]) => ({
    type,
    events: length,
  }));
  expect(log.types()).toEqual(counted.toSorted((a, b) => (a.type < b.type ? -1 : 1)));
}

/** The next `count` events of a subscription. */
export async function take(
  events: AsyncGenerator<RecordedEvent, void>,
  count: number,
): Promise<RecordedEvent[]> {
  const taken: RecordedEvent[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done === true) break;
    taken.push(value);
  }
  return taken;
}

/** Runs `test/event-log/child.ts`, which does what its first argument says; killed after the test if it still runs. */
export function child(...args: string[]): ChildProcess {
  const process_ = fork(new URL('./child.ts', import.meta.url), args, {
    execArgv: ['--conditions=projectionist-source'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  onTestFinished(() => void process_.kill('SIGKILL'));
  return process_;
}

/** The next message of a child. Fails when the child ends without one. */
export async function message(from: ChildProcess): Promise<unknown> {
  const settled = new AbortController();
  const ended = once(from, 'exit', settled).then(([code]) => {
    throw new Error(`The child ended with ${String(code)} before it said anything`);
  });
  try {
    const [answer] = (await Promise.race([once(from, 'message', settled), ended])) as [unknown];
    return answer;
  } finally {
    settled.abort();
    ended.catch(() => {});
  }
}

export function exit(of: ChildProcess): Promise<void> {
  if (of.exitCode !== null || of.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => void of.once('exit', () => resolve()));
}
