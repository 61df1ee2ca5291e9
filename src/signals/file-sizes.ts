import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Gauge } from 'prom-client';
import type { Meters } from './meters.ts';

/** `orders-12.db`, and its write-ahead log. */
const GENERATION = /^(.+)-\d+\.db(-wal)?$/;

type SizeGauge = Gauge<'database' | 'projection'>;

/** Measures the files of a data folder that belong to the log, the catalogue and these projections. */
export async function collectFileSizes(
  data: string,
  projections: readonly string[],
  { fileSize, walSize }: Meters,
): Promise<void> {
  for (const gauge of [fileSize, walSize]) {
    gauge.reset();
    for (const projection of projections) gauge.set({ database: 'views', projection }, 0);
  }
  const views = await filesIn(join(data, 'views'));
  await Promise.all([
    ...['log', 'catalog'].flatMap((database) => [
      add(join(data, `${database}.db`), fileSize, database, ''),
      add(join(data, `${database}.db-wal`), walSize, database, ''),
    ]),
    ...views.map((file) => {
      const [, projection = '', wal] = GENERATION.exec(file) ?? [];
      if (!projections.includes(projection)) return undefined;
      return add(join(data, 'views', file), wal === undefined ? fileSize : walSize, 'views', projection);
    }),
  ]);
}

async function add(path: string, gauge: SizeGauge, database: string, projection: string): Promise<void> {
  gauge.inc({ database, projection }, await sizeOf(path));
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** A file that is not there, or was just deleted, takes no room. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
