import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../engine/stage.ts';
import type { Answered, Asked } from './patient.ts';

/** A process that runs the projection with faults, and answers what is asked of it. */
class Patient {
  readonly marks: string;
  readonly #child: ChildProcess;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(child: ChildProcess, marks: string) {
    this.#child = child;
    this.marks = marks;
  }

  static async start({
    marks = temporaryFolder(),
    data = temporaryFolder(),
    onError = 'park',
  } = {}): Promise<Patient> {
    const child = fork(join(import.meta.dirname, 'patient.ts'), [data], {
      execArgv: ['--conditions=projectionist-source'],
      env: { ...process.env, MARKS: marks, ON_ERROR: onError, NODE_OPTIONS: '' },
    });
    onTestFinished(async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    });
    await once(child, 'message');
    return new Patient(child, marks);
  }

  ask(asked: Asked = {}): Promise<Answered> {
    const answer = this.#turn.then(async () => {
      const message = once(this.#child, 'message');
      this.#child.send(asked);
      return ((await message) as [Answered])[0];
    });
    this.#turn = answer;
    return answer;
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }

  until(expected: object): Promise<void> {
    // oxlint-disable-next-line vitest/no-standalone-expect -- it is called by tests alone
    return expect.poll(() => this.ask(), { timeout: 30_000, interval: 20 }).toMatchObject(expected);
  }
}

const READY = { code: 200, reason: null };

test.each([
  ['ends', 'exits', 'PROJECTOR_ENDED'],
  ['hangs', 'loops', 'PROJECTOR_HANGS'],
  // Whichever is noticed first.
  ['runs out of memory', 'eats', expect.stringMatching(/^(ERR_WORKER_OUT_OF_MEMORY|PROJECTOR_HANGS)$/)],
])('a thread that %s shows, and another one goes on behind it', async (_, fault, code) => {
  const patient = await Patient.start();
  await patient.ask({ append: ['first'] });
  await patient.until({ status: { state: 'live', position: 1 }, ready: READY });
  await patient.ask({ append: [`${fault}-once`, 'last'] });
  await patient.until({
    status: {
      state: 'failed',
      position: 1,
      lag: 2,
      retry: { attempt: expect.any(Number), nextAt: expect.any(String), error: { code } },
    },
    ready: { code: 503, reason: expect.stringMatching(/./) },
    owners: ['first'],
  });
  await patient.until({
    status: {
      state: 'live',
      position: 3,
      lag: 0,
      lagSeconds: 0,
      error: null,
      retry: null,
      lastError: { code },
    },
    ready: READY,
    owners: ['first', `${fault}-once`, 'last'],
  });
});

test.each([
  ['exits', 'EVENT_ENDS_THREAD'],
  ['loops', 'EVENT_HANGS'],
])(
  'the one event at which every thread %s is found among others, and named when the projection stops',
  async (fault, code) => {
    const patient = await Patient.start({ onError: 'stop' });
    await patient.ask({ append: ['a', 'b', 'c', `${fault}-always`, 'd'] });
    await patient.until({
      status: {
        state: 'stopped',
        error: { code, evidence: { position: 4, eventType: 'owner.seen', stream: `${fault}-always` } },
        build: null,
      },
      ready: { code: 503, reason: expect.stringContaining('position 4') },
    });
    expect(await patient.ask({ operate: 'pause' })).toMatchObject({ refused: 'OPERATION_REFUSED' });
  },
);

test.each([
  ['exits', 'EVENT_ENDS_THREAD', 'has ended 3 threads'],
  ['loops', 'EVENT_HANGS', '0.7 s each'],
])(
  'an event at which every thread %s is parked with its stream, live and in a build, and the others go on',
  async (fault, code, words) => {
    const data = temporaryFolder();
    const marks = temporaryFolder();
    const culprit = `${fault}-always`;
    const patient = await Patient.start({ data, marks });
    // The first build meets one, and what is live the other.
    const others = Array.from({ length: 20 }, (_, index) => `other-${index}`);
    await patient.ask({ append: ['a', ...others, culprit, culprit, 'b'] });
    await patient.until({
      status: { state: 'parked', position: 24, parked: 1 },
      owners: ['a', ...others, 'b'],
    });
    await patient.ask({ append: ['c', `${culprit}-2`, 'd'] });
    const parked = [
      {
        partition: culprit,
        position: 22,
        waiting: 2,
        statement: null,
        error: { code, message: expect.stringContaining(words), evidence: { position: 22 } },
      },
      { partition: `${culprit}-2`, position: 26, waiting: 1, error: { code } },
    ];
    await patient.until({
      status: { state: 'parked', position: 27, parked: 2, error: null },
      ready: READY,
      owners: ['a', ...others, 'b', 'c', 'd'],
      deadLetters: { parked },
    });
    // Another process finds them in the file, and does not try them again.
    await patient.end();
    const next = await Patient.start({ data, marks });
    await next.until({ status: { state: 'parked', position: 27, lastError: null }, deadLetters: { parked } });
    await next.ask({ operate: 'verify' });
    await next.until({ verification: { state: 'done', outcome: { isSame: true, position: 27 } } });
  },
);

test('a retry of an event that hangs tells of it, and a discard parks the stream at the next one that does', async () => {
  const patient = await Patient.start();
  const culprit = 'loops-always';
  await patient.ask({ append: [culprit, culprit, 'a'] });
  await patient.until({ status: { state: 'parked', position: 3 } });
  const retry = { kind: 'retry', partition: culprit } as const;
  expect(await patient.ask({ decide: retry })).toMatchObject({
    refused: null,
    outcome: { applied: 0, waiting: 2, error: { code: 'EVENT_HANGS', evidence: { position: 1 } } },
    deadLetters: { parked: [{ position: 1, attempts: 2 }], decisions: [] },
  });
  const discard = { kind: 'discard', partition: culprit } as const;
  expect(await patient.ask({ decide: discard })).toMatchObject({
    outcome: { applied: 0, waiting: 1, error: { code: 'EVENT_HANGS', evidence: { position: 2 } } },
    deadLetters: { parked: [{ position: 2, waiting: 1 }], decisions: [{ kind: 'discard' }] },
  });
  await patient.ask({ append: ['b'] });
  await patient.until({ status: { state: 'parked', position: 4 }, owners: ['a', 'b'] });
  // Neither the one that is left out nor the one that waits is tried by a second replay.
  await patient.ask({ operate: 'verify' });
  await patient.until({ verification: { state: 'done', outcome: { isSame: true, position: 4 } } });
  expect(await patient.ask({ decide: discard })).toMatchObject({
    outcome: { applied: 0, waiting: 0, error: null },
    status: { parked: 0 },
  });
});

test('a definition that a thread cannot load is tried again, until it can', async () => {
  const marks = temporaryFolder();
  writeFileSync(join(marks, 'broken'), '');
  const patient = await Patient.start({ marks });
  await patient.ask({ append: ['a'] });
  await patient.until({
    status: {
      state: 'failed',
      generation: null,
      retry: { error: { message: expect.stringContaining('broken') } },
    },
    ready: { code: 503 },
  });
  rmSync(join(marks, 'broken'));
  await patient.until({ status: { state: 'live', position: 1 }, ready: READY, owners: ['a'] });
});

test('a projection whose thread hangs can be paused, and its process can end', async () => {
  const patient = await Patient.start();
  await patient.ask({ append: ['a'] });
  await patient.until({ status: { state: 'live' } });
  await patient.ask({ append: ['loops-once'] });
  expect(await patient.ask({ operate: 'pause' })).toMatchObject({
    refused: null,
    status: { state: 'paused', position: 1, paused: { by: 'anybody', reason: null } },
    ready: READY,
  });
  await patient.ask({ operate: 'resume' });
  await patient.until({ status: { state: 'live', position: 2, paused: null }, owners: ['a', 'loops-once'] });
});
