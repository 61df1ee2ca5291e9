import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type PoolLimits, ReaderPool } from '../../../src/query/scans/reader-pool.ts';
import { ScanReader } from '../../../src/query/scans/scan-reader.ts';
import type { Scan } from '../../../src/query/scans/scan.ts';
import { TestLibrary } from '../library.ts';

let library: TestLibrary;
let pool: ReaderPool;
beforeEach(() => {
  library = new TestLibrary().fill();
});
afterEach(async () => {
  await pool.close();
  library.close();
});

function opened(limits: Partial<PoolLimits> = {}): ReaderPool {
  pool = new ReaderPool({ readers: 1, queue: 8, timeout: 60_000, ...limits });
  return pool;
}

const scanOf = (sql: string, values: Scan['values'] = []): Scan => ({
  path: library.reader.generation.path,
  sql,
  values,
});
const endless = (): Scan =>
  scanOf(
    'WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT 1 FROM c) SELECT max(x), 0, NULL, NULL, NULL FROM c',
  );
const count = (): Scan => scanOf('SELECT 7, count(*), NULL, NULL, NULL FROM books');
const COUNTED = [7, 3, null, null, null];

describe('a pool of readers', () => {
  test('ends a scan that runs too long, and goes on with another process', async () => {
    opened({ timeout: 2000 });
    await expect(pool.run(endless())).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
    await expect(pool.run(count())).resolves.toEqual(COUNTED);
  });

  test('refuses what would wait behind too many', async () => {
    opened({ queue: 1 });
    const running = pool.run(endless());
    const waiting = pool.run(count());
    await expect(pool.run(count())).rejects.toMatchObject({ code: 'TOO_BUSY' });
    const both = Promise.allSettled([running, waiting]);
    await pool.close();
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  test('lets nothing wait longer than it might run', async () => {
    opened({ timeout: 2000, queue: 2 });
    const running = pool.run(endless());
    const second = pool.run(endless());
    const third = pool.run(count());
    await expect(running).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
    const codes = (await Promise.allSettled([second, third])).map(
      (result) => result.status === 'rejected' && (result.reason as { code: string }).code,
    );
    expect(codes).toContain('TOO_BUSY');
  });

  test('does not run what nobody waits for any more', async () => {
    opened();
    const running = Promise.allSettled([pool.run(endless())]);
    const gone = new AbortController();
    const waiting = pool.run(count(), gone.signal);
    gone.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(pool.run(count(), gone.signal)).rejects.toMatchObject({ code: 'CLOSED' });
    await pool.close();
    expect(await running).toMatchObject([{ reason: { code: 'CLOSED' } }]);
    await expect(pool.run(count())).rejects.toMatchObject({ code: 'CLOSED' });
  });

  test('runs as many at once as it has readers', async () => {
    opened({ readers: 2 });
    const running = Promise.allSettled([pool.run(endless())]);
    await expect(pool.run(count())).resolves.toEqual(COUNTED);
    await pool.close();
    expect(await running).toMatchObject([{ reason: { code: 'CLOSED' } }]);
  });

  test('passes on what SQLite says, and goes on', async () => {
    opened();
    await expect(pool.run(scanOf('SELECT lost FROM books'))).rejects.toThrow('no such column: lost');
    await expect(pool.run(scanOf('SELECT abs(?)', [-(2n ** 63n)]))).rejects.toThrow('integer overflow');
    await expect(pool.run(scanOf('DELETE FROM books RETURNING id'))).rejects.toThrow(/readonly/);
    await expect(pool.run(scanOf('SELECT ?, ?, projectionist_lower(?)', [1n, null, 'É']))).resolves.toEqual([
      1,
      null,
      'é',
    ]);
  });

  test('has no file open that was forgotten, and says when one is gone', async () => {
    opened();
    await pool.run(count());
    const { path } = library.reader.generation;
    rmSync(path);
    await expect(pool.run(count())).resolves.toEqual(COUNTED);
    pool.forget(path);
    await expect(pool.run(count())).rejects.toMatchObject({ code: 'DATA_FOLDER_UNUSABLE' });
  });
});

test('a process that is killed rejects what it ran', async () => {
  opened();
  const reader = new ScanReader();
  const running = reader.run(endless());
  reader.kill();
  await expect(running).rejects.toMatchObject({ code: 'CLOSED' });
  await reader.exited;
});
