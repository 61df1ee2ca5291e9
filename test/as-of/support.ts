import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { openDatabase } from '../../src/database/open.ts';
import { connectFeed, openGeneration } from '../../src/engine/generations/generation-file.ts';
import { codeOf } from '../../src/engine/apply/program-code.ts';
import { Projector } from '../../src/engine/apply/projector.ts';
import { createProjectionist } from '../../src/index.ts';
import type { CompiledProjection } from '../../src/projection/compile.ts';
import type { Projectionist } from '../../src/projectionist.ts';
import type { ProjectionistOptions } from '../../src/projectionist-options.ts';

/** A folder that is deleted after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'projectionist-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** A started Projectionist, closed after the test. */
export async function started(options: ProjectionistOptions): Promise<Projectionist> {
  const projectionist = await createProjectionist({ projections: resolve('projections'), ...options });
  onTestFinished(() => projectionist.close());
  projectionist.start();
  return projectionist;
}

/** Every row of every view of a program in a file, in the order in which SQLite has them. */
export function contents(path: string): Record<string, unknown[]> {
  const db = openDatabase(path, { purpose: 'read', mustExist: true });
  try {
    const names = db
      .prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'projectionist%' AND name NOT LIKE 'sqlite%' ORDER BY name",
      )
      .pluck()
      .all() as string[];
    return Object.fromEntries(names.map((name) => [name, db.prepare(`SELECT * FROM "${name}"`).all()]));
  } finally {
    db.close();
  }
}

/** A fresh build over the log's first `position` events, one event at a time, in this thread. */
export function builtAfresh(
  compiled: CompiledProjection,
  logPath: string,
  logId: string,
  position: number,
): Record<string, unknown[]> {
  const path = join(temporaryFolder(), 'fresh.db');
  const db = openGeneration(path, compiled.program, logId, 'derived');
  connectFeed(db, compiled.program, logPath);
  const projector = new Projector(db, compiled.program, codeOf(compiled));
  while (projector.position < position) projector.apply(Math.min(position, projector.position + 37));
  db.close();
  return contents(path);
}
