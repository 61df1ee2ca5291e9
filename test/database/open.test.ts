import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isAtLeast, openDatabase, type Purpose } from '../../src/database/open.ts';
import { isBusy, storageError } from '../../src/database/storage-error.ts';
import { transact, transactDeferred } from '../../src/database/transaction.ts';
import { temporaryFolder } from '../event-log/support.ts';

function pathIn(folder = temporaryFolder()): string {
  return join(folder, 'test.db');
}

describe('openDatabase', () => {
  test('makes the file and its folders', () => {
    const path = join(temporaryFolder(), 'a', 'b', 'test.db');
    openDatabase(path, { purpose: 'derived' }).close();
    expect(existsSync(path)).toBe(true);
  });

  test.each([
    ['durable', 2],
    ['derived', 1],
    ['bulk', 0],
  ] as const)('for %s data writes a WAL with synchronous = %i', (purpose, synchronous) => {
    const db = openDatabase(pathIn(), { purpose });
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('synchronous', { simple: true })).toBe(synchronous);
    db.close();
  });

  test('for reading refuses to write', () => {
    const path = pathIn();
    openDatabase(path, { purpose: 'durable' }).close();
    const db = openDatabase(path, { purpose: 'read' });
    expect(() => db.exec('CREATE TABLE t (a)')).toThrow(expect.objectContaining({ code: 'SQLITE_READONLY' }));
    db.close();
  });

  test.each<[string, Purpose, boolean]>([
    ['for reading', 'read', false],
    ['where it must exist', 'derived', true],
  ])('%s does not make a file that is missing', (_, purpose, mustExist) => {
    const path = pathIn();
    expect(() => openDatabase(path, { purpose, mustExist })).toThrow(
      expect.objectContaining({ code: 'DATA_FOLDER_UNUSABLE', message: `There is no file ${path}` }),
    );
    expect(existsSync(path)).toBe(false);
  });

  test('names the path where a file stands in the place of a folder, or a folder in that of a file', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder.db'));
    for (const path of [
      join(folder, 'file', 'test.db'),
      join(folder, 'file', 'deeper', 'test.db'),
      join(folder, 'folder.db'),
    ]) {
      expect(() => openDatabase(path, { purpose: 'durable' })).toThrow(
        expect.objectContaining({ code: 'DATA_FOLDER_UNUSABLE', message: expect.stringContaining(folder) }),
      );
    }
  });

  test('refuses a file that is no database', () => {
    const path = pathIn();
    writeFileSync(path, 'This is not a database. '.repeat(100));
    expect(() => openDatabase(path, { purpose: 'durable' })).toThrow(
      expect.objectContaining({ code: 'DATA_FILE_FOREIGN', message: `${path} is not a SQLite database` }),
    );
  });
});

describe('storageError', () => {
  test.each([
    ['SQLITE_FULL', 'DISK_FULL'],
    ['ENOSPC', 'DISK_FULL'],
    ['SQLITE_READONLY_DIRECTORY', 'DATA_FOLDER_UNUSABLE'],
    ['SQLITE_CANTOPEN', 'DATA_FOLDER_UNUSABLE'],
    ['EACCES', 'DATA_FOLDER_UNUSABLE'],
    ['SQLITE_NOTADB', 'DATA_FILE_FOREIGN'],
    ['SQLITE_BUSY_RECOVERY', 'LOCKED'],
  ])('turns %s into %s, with the path and the cause', (code, known) => {
    const cause = Object.assign(new Error('low level'), { code });
    expect(storageError(cause, '/data/log.db')).toMatchObject({
      code: known,
      message: expect.stringContaining('/data/log.db'),
      hint: expect.any(String),
      evidence: { file: '/data/log.db' },
      cause,
    });
  });

  test('passes on what it does not know', () => {
    const others = [
      new TypeError('a mistake'),
      'text',
      undefined,
      Object.assign(new Error('x'), { code: 'SQLITE_ERROR' }),
    ];
    for (const other of others) expect(storageError(other, '/data/log.db')).toBe(other);
  });

  test('knows a busy database from other errors', () => {
    expect(isBusy({ code: 'SQLITE_BUSY_SNAPSHOT' })).toBe(true);
    for (const other of [{ code: 'SQLITE_LOCKED' }, new Error('SQLITE_BUSY'), null, undefined, 7]) {
      expect(isBusy(other)).toBe(false);
    }
  });
});

function table() {
  const db = openDatabase(':memory:', { purpose: 'derived' });
  db.exec('CREATE TABLE t (n INTEGER PRIMARY KEY)');
  return { db, count: () => db.prepare('SELECT count(*) FROM t').pluck().get() };
}

describe.each([
  ['transact', transact],
  ['transactDeferred', transactDeferred],
])('%s', (_, run) => {
  test('commits, and answers what the work answers', () => {
    const { db, count } = table();
    expect(run(db, () => db.prepare('INSERT INTO t VALUES (1)').run().changes)).toBe(1);
    expect(db.inTransaction).toBe(false);
    expect(count()).toBe(1);
  });

  test('rolls back where the work throws, and passes its error on', () => {
    const { db, count } = table();
    const work = () => {
      db.exec('INSERT INTO t VALUES (1)');
      throw new Error('no');
    };
    expect(() => run(db, work)).toThrow('no');
    expect(db.inTransaction).toBe(false);
    expect(count()).toBe(0);
  });

  test('passes on the error that has rolled the transaction back already', () => {
    const { db, count } = table();
    db.exec("CREATE TRIGGER broken BEFORE DELETE ON t BEGIN SELECT RAISE(ROLLBACK, 'rolled back'); END");
    expect(() => run(db, () => db.exec('INSERT INTO t VALUES (1); DELETE FROM t'))).toThrow('rolled back');
    expect(count()).toBe(0);
  });
});

describe('isAtLeast', () => {
  test.each([
    ['3.51.3', true],
    ['3.51.2', false],
    ['3.51', false],
    ['3.52.0', true],
    ['3.9.9', false],
    ['4.0', true],
    ['3.51.3.1', true],
  ])('%s against 3.51.3: %s', (version, answer) => {
    expect(isAtLeast(version, [3, 51, 3])).toBe(answer);
  });
});
