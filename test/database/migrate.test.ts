import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test, vi } from 'vitest';
import { type Format, migrate } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open.ts';
import { EventLog } from '../../src/event-log/event-log.ts';
import { LOG_FORMAT } from '../../src/event-log/format.ts';
import { temporaryFolder } from '../event-log/support.ts';

const first = 'CREATE TABLE notes (text TEXT)';
const second = "ALTER TABLE notes ADD COLUMN author TEXT; INSERT INTO notes VALUES ('moved in', 'migration')";
const format = (...migrations: string[]): Format => ({
  name: 'notebook',
  applicationId: 0x1234abcd,
  migrations,
});

function migrated(path: string, ...migrations: string[]): Record<string, unknown>[] {
  const db = openDatabase(path, { purpose: 'derived' });
  try {
    migrate(db, format(...migrations));
    return db.prepare('SELECT * FROM notes').all() as Record<string, unknown>[];
  } finally {
    db.close();
  }
}

describe('migrate', () => {
  test('brings a new file, an older one and a current one to the same format', () => {
    const path = join(temporaryFolder(), 'notes.db');
    expect(migrated(path, first)).toEqual([]);
    expect(migrated(path, first, second)).toEqual([{ text: 'moved in', author: 'migration' }]);
    expect(migrated(path, first, second)).toHaveLength(1);
    expect(migrated(join(temporaryFolder(), 'notes.db'), first, second)).toHaveLength(1);
  });

  test('that fails leaves the file in its old format', () => {
    const path = join(temporaryFolder(), 'notes.db');
    migrated(path, first);
    expect(() => migrated(path, first, `${second}; NONSENSE`)).toThrow('NONSENSE');
    expect(migrated(path, first)).toEqual([]);
  });

  test('refuses a newer format by name, and changes nothing', () => {
    const path = join(temporaryFolder(), 'notes.db');
    migrated(path, first, second);
    const before = readFileSync(path);
    expect(() => migrated(path, first)).toThrow(
      expect.objectContaining({
        code: 'DATA_FORMAT_NEWER',
        message: `${path} was written by a newer Projectionist (format 2, this one knows 1)`,
      }),
    );
    expect(readFileSync(path)).toEqual(before);
  });
});

test('migrate takes a file for what it is, though another process migrates it in the middle of the look', () => {
  const path = join(temporaryFolder(), 'notes.db');
  const db = openDatabase(path, { purpose: 'derived' });
  const pragma = db.pragma.bind(db);
  vi.spyOn(db, 'pragma').mockImplementationOnce((source, options) => {
    const answer: unknown = pragma(source, options);
    migrated(path, first);
    return answer;
  });
  migrate(db, format(first));
  expect(db.prepare('SELECT * FROM notes').all()).toEqual([]);
  db.close();
});

describe('opening a log', () => {
  test('refuses the SQLite database of another program, and changes none of its tables', () => {
    const path = join(temporaryFolder(), 'log.db');
    const other = new Database(path);
    other.exec("CREATE TABLE contacts (name TEXT); INSERT INTO contacts VALUES ('Ada')");
    other.close();
    expect(() => EventLog.open(path)).toThrow(
      expect.objectContaining({
        code: 'DATA_FILE_FOREIGN',
        message: `${path} is a SQLite database, but not a Projectionist event log`,
      }),
    );
    const again = new Database(path);
    expect(again.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['contacts']);
    again.close();
  });

  test('refuses one of our own files that is no log', () => {
    const path = join(temporaryFolder(), 'log.db');
    migrated(path, first);
    expect(() => EventLog.open(path)).toThrow(expect.objectContaining({ code: 'DATA_FILE_FOREIGN' }));
  });

  test('refuses a log of a newer format', async () => {
    const path = join(temporaryFolder(), 'log.db');
    await EventLog.open(path).close();
    const db = openDatabase(path, { purpose: 'durable' });
    db.pragma(`user_version = ${LOG_FORMAT.migrations.length + 1}`);
    db.close();
    expect(() => EventLog.open(path)).toThrow(expect.objectContaining({ code: 'DATA_FORMAT_NEWER' }));
  });

  test.each(['not a database, whatever its name says. '.repeat(50), 'short', '\0'.repeat(8192)])(
    'refuses a file of garbage, and leaves it alone',
    (garbage) => {
      const path = join(temporaryFolder(), 'log.db');
      writeFileSync(path, garbage);
      expect(() => EventLog.open(path)).toThrow(expect.objectContaining({ code: 'DATA_FILE_FOREIGN' }));
      expect(readFileSync(path, 'utf8')).toBe(garbage);
    },
  );
});
