import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createProjectionist } from '../../src/create-projectionist.ts';
import { openDatabase, type SqliteDatabase } from '../../src/database/open.ts';
import type { Notice } from '../../src/engine/states/notice.ts';
import type { Projectionist } from '../../src/projectionist.ts';
import type { ProjectionistOptions } from '../../src/projectionist-options.ts';
import { accountsProjection } from './ledger.ts';

/** A folder that is deleted when the test has finished. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'projectionist-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

type NoticeOf<Kind extends Notice['kind']> = Extract<Notice, { kind: Kind }>;

/** What was announced, to look at or to wait for. */
export class Notices {
  readonly all: Notice[] = [];
  readonly #waiting = new Set<() => void>();

  readonly hear = (notice: Notice): void => {
    this.all.push(notice);
    for (const wake of this.#waiting) wake();
  };

  of<Kind extends Notice['kind']>(kind: Kind): NoticeOf<Kind>[] {
    return this.all.filter((notice) => notice.kind === kind) as NoticeOf<Kind>[];
  }

  /** Resolves with the `count`th notice of a kind. */
  async until<Kind extends Notice['kind']>(kind: Kind, count = 1): Promise<NoticeOf<Kind>> {
    for (;;) {
      const found = this.of(kind)[count - 1];
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }
}

export interface Running {
  readonly p: Projectionist;
  readonly notices: Notices;
}

/** A projectionist on a folder, started; closed when the test has finished. */
export async function open(data: string, options: Partial<ProjectionistOptions> = {}): Promise<Running> {
  const notices = new Notices();
  const projections = options.projections ?? [accountsProjection()];
  const p = await createProjectionist({ ...options, data, projections, announce: notices.hear });
  onTestFinished(() => p.close());
  p.start();
  return { p, notices };
}

/** Rows of a view, as HTTP answers them. */
export async function rowsOf(p: Projectionist, view: string, query = ''): Promise<Record<string, unknown>[]> {
  const response = await p.app.request(`/views/${view}?${query}`);
  if (response.status !== 200)
    throw new Error(`GET ${view} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>[];
}

/** The one status of a projection. */
export function statusOf(p: Projectionist, name = 'accounts') {
  const status = p.status().find((candidate) => candidate.name === name);
  if (status === undefined) throw new Error(`no projection ${name}`);
  return status;
}

/** Runs `work` on a connection of its own to a database file. */
export function withDatabase<T>(path: string, work: (db: SqliteDatabase) => T): T {
  const db = openDatabase(path, { purpose: 'derived', mustExist: true });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

/**
 * Every table of a generation's file with all its rows, in an order of its own: equal texts are equal contents. But for
 * the list of what is parked, which says when that happened.
 */
export function contentsOf(path: string): string {
  const db = openDatabase(path, { purpose: 'read', mustExist: true });
  try {
    const tables = db
      .prepare(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
         AND name <> 'projectionist_parked' ORDER BY name`,
      )
      .pluck()
      .all() as string[];
    return JSON.stringify(tables.map((name) => [name, sortedRows(db, name)]));
  } finally {
    db.close();
  }
}

function sortedRows(db: SqliteDatabase, table: string): string[] {
  const rows = db.prepare(`SELECT * FROM "${table}"`).raw().all();
  return rows.map((row) => JSON.stringify(row)).toSorted();
}
