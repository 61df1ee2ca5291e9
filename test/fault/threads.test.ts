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

  static async start(marks = temporaryFolder()): Promise<Patient> {
    const child = fork(join(import.meta.dirname, 'patient.ts'), [temporaryFolder()], {
      execArgv: ['--conditions=projectionist-source'],
      env: { ...process.env, MARKS: marks, NODE_OPTIONS: '' },
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

test.each(['exits', 'loops'])(
  'the one event at which every thread %s is found among others, and named when the projection stops',
  async (fault) => {
    const patient = await Patient.start();
    await patient.ask({ append: ['a', 'b', 'c', `${fault}-always`, 'd'] });
    await patient.until({
      status: {
        state: 'stopped',
        error: { code: 'APPLY_FAILED', evidence: { position: 4 } },
        build: null,
      },
      ready: { code: 503, reason: expect.stringContaining('position 4') },
    });
    expect(await patient.ask({ operate: 'pause' })).toMatchObject({ refused: 'OPERATION_REFUSED' });
  },
);

test('a definition that a thread cannot load is tried again, until it can', async () => {
  const marks = temporaryFolder();
  writeFileSync(join(marks, 'broken'), '');
  const patient = await Patient.start(marks);
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
