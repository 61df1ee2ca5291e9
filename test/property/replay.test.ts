import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.ts';
import { createProjectionist } from '../../src/create-projectionist.ts';
import { connectFeed, openGeneration } from '../../src/engine/generations/generation-file.ts';
import { codeOf } from '../../src/engine/apply/program-code.ts';
import { Projector } from '../../src/engine/apply/projector.ts';
import type { NewEvent, RecordedEvent } from '../../src/event-log/event.ts';
import { EventLog } from '../../src/event-log/event-log.ts';
import { compileDefinitions, type LoadedProjection } from '../../src/projection/load.ts';
import type { Projection } from '../../src/projection/define.ts';
import { foldTags, foldThings, foldVisits, sorted, type Views } from './fold.ts';
import { holds } from './holds.ts';
import { tagsProjection, thingsProjection, visitsProjection } from './things.ts';

const FILE = 'test/property/replay.test.ts';
type Fold = (events: readonly RecordedEvent[]) => Views;
const KINDS: readonly [Projection, Fold][] = [
  [thingsProjection, foldThings],
  [tagsProjection, foldTags],
  [visitsProjection, foldVisits],
];

const stream = fc.constantFrom('a', 'b', 'c');
const word = fc.constantFrom('Attic', 'The Cellar ', 'garden', "o'clock", 'ünïcode', '');
const event: fc.Arbitrary<NewEvent> = fc.oneof(
  fc.record({
    stream,
    type: fc.constant('thing.made'),
    data: fc.record({ name: word, tags: fc.array(fc.constantFrom('red', 'old', 'big'), { maxLength: 4 }) }),
  }),
  fc.record({ stream, type: fc.constant('thing.renamed'), data: fc.record({ name: word }) }),
  fc.record({
    stream,
    type: fc.constant('thing.renamed'),
    schemaVersion: fc.constant(1),
    data: fc.record({ title: word }),
  }),
  fc.record({
    stream,
    type: fc.constant('thing.renamed'),
    schemaVersion: fc.constant(2),
    data: fc.record({ label: word }),
  }),
  fc.record({
    stream,
    type: fc.constant('thing.moved'),
    data: fc.record({ to: word, by: fc.integer({ min: 0, max: 10 }) }),
  }),
  fc.record({ stream, type: fc.constant('thing.removed'), data: fc.constant({}) }),
  fc.record({ stream: fc.constant('noise'), type: fc.constant('noise.heard'), data: fc.constant({}) }),
);

/** One batch: so many events further, as if so many in a hundred concerned the projection, perhaps after a restart. */
const batch = fc.record({
  size: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 300 })),
  share: fc.constantFrom(1, 0.05),
  isAfterRestart: fc.boolean(),
});

test('however a log is cut into batches and restarts, every view is the fold of its events', async () => {
  const property = fc.asyncProperty(
    fc.array(event, { minLength: 1, maxLength: 200, size: 'max' }),
    fc.array(batch, { minLength: 1, maxLength: 10 }),
    (events, batches) =>
      inFolder(async (folder) => {
        const log = EventLog.open(join(folder, 'log.db'));
        await log.appendAll(events);
        const recorded = [...log.readAll()];
        for (const [definition, fold] of KINDS) {
          const path = join(folder, `${definition.name}.db`);
          applyInBatches(path, definition, log, batches);
          expect(viewsOf(path)).toEqual(sorted(fold(recorded)));
        }
        await log.close();
      }),
  );
  await expect(holds(property, 25, FILE)).resolves.toBeUndefined();
});

/** After every batch the views are the fold up to the checkpoint: checked inside, with restarts in between. */
function applyInBatches(
  path: string,
  definition: Projection,
  log: EventLog,
  batches: readonly { size: number; share: number; isAfterRestart: boolean }[],
): void {
  const { compiled } = compileDefinitions([definition]).projections[0] as LoadedProjection;
  const start = () => {
    const db = openGeneration(path, compiled.program, log.id, 'derived');
    connectFeed(db, compiled.program, log.path);
    return { db, projector: new Projector(db, compiled.program, codeOf(compiled)) };
  };
  let running = start();
  for (let turn = 0; running.projector.position < log.head(); turn += 1) {
    const { size, share, isAfterRestart } = batches[turn % batches.length] as (typeof batches)[number];
    if (isAfterRestart) {
      running.db.close();
      running = start();
    }
    running.projector.apply(Math.min(log.head(), running.projector.position + size), share);
  }
  running.db.close();
}

/** What happens to a running engine, between two appends. */
const happening = fc.constantFrom(
  'nothing',
  'nothing',
  'restart',
  'rebuild',
  'rebuild meanwhile',
  'rollback',
);

test('an engine that is restarted, rebuilt and rolled back while events come shows their fold', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.tuple(fc.array(event, { minLength: 1, maxLength: 12 }), happening), {
      minLength: 1,
      maxLength: 5,
    }),
    (steps) => inFolder((folder) => liveThrough(folder, steps)),
  );
  await expect(holds(property, 4, FILE)).resolves.toBeUndefined();
});

async function liveThrough(folder: string, steps: readonly [NewEvent[], string][]): Promise<void> {
  const projections = KINDS.map(([definition]) => definition);
  const start = async () => {
    const started = await createProjectionist({ data: folder, projections });
    started.start();
    return started;
  };
  let p = await start();
  for (const [events, what] of steps) {
    await p.log.appendAll(events);
    if (what === 'restart') {
      await p.close();
      p = await start();
    }
    const names = what.startsWith('rebuild') ? projections.map(({ name }) => name) : [];
    const rebuilds = names.map((name) => p.rebuild(name));
    if (what === 'rebuild meanwhile') await p.log.appendAll(events);
    await Promise.all(rebuilds);
    if (what === 'rollback') await p.rollback('tags').catch(() => {});
    await p.ready();
  }
  const recorded = [...p.log.readAll()];
  const live = p
    .status()
    .map(({ name, generation }) => [name, join(folder, `views/${name}-${generation}.db`)] as const);
  await p.close();
  const paths = new Map(live);
  for (const [{ name }, fold] of KINDS)
    expect({ name, ...viewsOf(paths.get(name) as string) }).toEqual({ name, ...sorted(fold(recorded)) });
}

function viewsOf(path: string): Record<string, string[]> {
  const db = openDatabase(path, { purpose: 'read', mustExist: true });
  try {
    const names = db
      .prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'projectionist_*'",
      )
      .pluck()
      .all() as string[];
    return sorted(
      Object.fromEntries(
        names.map((name) => [name, db.prepare(`SELECT * FROM "${name}"`).raw().all() as unknown[][]]),
      ),
    );
  } finally {
    db.close();
  }
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'projectionist-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
