import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import PQueue from 'p-queue';
import { expect, onTestFinished, test } from 'vitest';
import { Catalog, type Generation } from '../../../src/engine/catalog.ts';
import type { GenerationRun } from '../../../src/engine/generations/generation-run.ts';
import { GenerationStore } from '../../../src/engine/generations/generation-store.ts';
import type { RunnerReport } from '../../../src/engine/apply/runner-report.ts';
import { Succession } from '../../../src/engine/generations/succession.ts';
import { compileDefinitions } from '../../../src/projection/load.ts';
import { generationsIn } from '../building.ts';
import { accountsProjection } from '../ledger.ts';
import { temporaryFolder } from '../stage.ts';

/** A run that does what a test says: how far it was told, how far it says it is. */
class ScriptedRun {
  told = 0;
  position = 0;
  isBuilt: boolean;
  error: unknown = null;
  readonly isFrozen = false;
  readonly startedAt = 0;
  readonly startPosition = 0;
  hasFailed = false;
  isStopped = false;
  readonly generation: Generation;
  readonly path: string;
  readonly #onReport: (run: GenerationRun, report: RunnerReport) => void;

  constructor(
    generation: Generation,
    path: string,
    isBuilt: boolean,
    onReport: (run: GenerationRun, report: RunnerReport) => void,
  ) {
    this.generation = generation;
    this.path = path;
    this.isBuilt = isBuilt;
    this.#onReport = onReport;
    writeFileSync(path, '');
  }

  advance(head: number): void {
    this.told = head;
  }

  reaches(position: number, kind: 'progress' | 'built' = 'progress'): void {
    this.position = position;
    if (kind === 'built') this.isBuilt = true;
    this.#onReport(this as unknown as GenerationRun, { kind, position, parked: 0 });
  }

  fails(): void {
    this.#onReport(this as unknown as GenerationRun, {
      kind: 'failed',
      error: { code: 'APPLY_FAILED', message: 'no' },
    });
  }

  seconds(): number {
    return 1;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
  }
}

/** A live generation at position 10 of a log that ends there, and a build beside it that has begun. */
async function liveAndBuild() {
  const data = temporaryFolder();
  const catalog = new Catalog(join(data, 'catalog.db'));
  onTestFinished(() => catalog.close());
  const program = compileDefinitions([accountsProjection()]).projections[0]?.compiled
    .program as Generation['program'];
  const now = () => new Date(0);
  const log = { logPath: '', logId: '', eventIdAt: () => undefined, decisions: () => [] };
  const context = {
    ...log,
    data,
    now,
    builds: new PQueue(),
    head: () => 10,
    announce: () => {},
    onCommit: () => {},
    onLive: () => {},
  };
  const store = new GenerationStore('accounts', catalog, context);
  const runs: ScriptedRun[] = [];
  const run = (
    ...[generation, aim, onReport]: Parameters<ConstructorParameters<typeof Succession>[0]['run']>
  ) => {
    const scripted = new ScriptedRun(
      generation,
      join(data, `${generation.number}`),
      aim === 'follow',
      onReport,
    );
    runs.push(scripted);
    return scripted as unknown as GenerationRun;
  };
  const succession = new Succession(
    { name: 'accounts', run, verify: async () => {}, onLost: () => {} },
    context,
    store,
  );
  const first = store.create(program, false);
  store.makeLive(first, undefined);
  succession.follow(first);
  const { done } = succession.launch({ program, reasons: [] });
  await expect.poll(() => runs.length).toBe(2);
  const [live, next] = runs as [ScriptedRun, ScriptedRun];
  live.reaches(10);
  return { data, succession, runs, program, first, live, next, done };
}

test('the live generation stands still while a whole build comes level, and then the build is live', async () => {
  const { succession, live, next, done } = await liveAndBuild();
  succession.advance(12);
  next.reaches(11, 'built');
  expect(succession.live?.generation.number).toBe(1);
  succession.advance(20);
  expect([live.told, next.told]).toEqual([12, 20]);
  next.reaches(12);
  expect(succession.live?.generation.number).toBe(2);
  await expect(done).resolves.toMatchObject({ generation: { number: 2 } });
  expect(live.isStopped).toBe(true);
});

test.each<[string, (succession: Succession, next: ScriptedRun) => void]>([
  ['fails', (_, next) => next.fails()],
  ['is given up', (succession) => succession.cancelBuild()],
])('the live generation goes on when a build %s while it comes level', async (_, end) => {
  const { succession, live, next, done } = await liveAndBuild();
  succession.advance(12);
  next.reaches(11, 'built');
  live.told = 0;
  end(succession, next);
  expect(live.told).toBe(10);
  await expect(done).rejects.toThrow(/no|given up/);
  expect(succession.live?.generation.number).toBe(1);
  expect(next.isStopped).toBe(true);
});

test('a build that was replaced and still reports changes nothing', async () => {
  const { data, succession, next } = await liveAndBuild();
  succession.cancelBuild();
  next.reaches(10, 'built');
  expect(succession.live?.generation.number).toBe(1);
  await succession.stop();
  expect(generationsIn(data)).toEqual(['1 live']);
});

test.each<[string, (succession: Succession, run: ScriptedRun) => void]>([
  ['fails', (_, run) => run.fails()],
  ['is given up', (succession) => succession.cancelBuild()],
])('a rollback that %s keeps the generation that it would have returned to', async (_, end) => {
  const { data, succession, runs, program, first, next } = await liveAndBuild();
  next.reaches(10, 'built');
  const { done } = succession.launch({ program, generation: first, reasons: [], isRollback: true });
  await expect.poll(() => runs.length).toBe(3);
  end(succession, runs[2] as ScriptedRun);
  await expect(done).rejects.toThrow(/no|given up/);
  await succession.stop();
  expect(generationsIn(data)).toEqual(['1 retired', '2 live']);
});
