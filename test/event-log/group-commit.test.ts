import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { openDatabase } from '../../src/database/open.ts';
import { LOG_FORMAT } from '../../src/event-log/format.ts';
import { GroupCommit } from '../../src/event-log/group-commit.ts';
import { LogFile } from '../../src/event-log/log-file.ts';
import type { AppendRequest } from '../../src/event-log/writer.ts';
import { LogWriter } from '../../src/event-log/writer.ts';
import { migrate } from '../../src/database/migrate.ts';
import {
  child,
  event,
  exit,
  expectGapless,
  message,
  openedLog,
  temporaryFolder,
  temporaryLog,
} from './support.ts';

function request(stream: string): AppendRequest {
  const checked = {
    id: `${stream}-${Math.random()}`,
    type: 't',
    schemaVersion: 1,
    time: '',
    data: '{}',
    metadata: null,
  };
  return { events: [{ ...checked, stream }], expected: new Map() };
}

function groupCommit(onCommit: () => void) {
  const db = openDatabase(join(temporaryFolder(), 'log.db'), { purpose: 'durable' });
  migrate(db, LOG_FORMAT);
  return {
    db,
    commits: new GroupCommit(db, new LogWriter(db), new LogFile(db.name), {
      onCommit: () => onCommit(),
      onLockWait: () => {},
    }),
  };
}

describe('group commit', () => {
  test('puts appends that come together into one transaction, and those that come meanwhile into the next', async () => {
    const onCommit = vi.fn<() => void>();
    const { db, commits } = groupCommit(onCommit);
    const appends = Array.from({ length: 500 }, () => commits.append(request('s')));
    await Promise.all(appends);
    expect(onCommit).toHaveBeenCalledTimes(1);
    const later = appends.map(async (append) => {
      await append;
      await commits.append(request('s'));
    });
    await Promise.all(later);
    expect(onCommit).toHaveBeenCalledTimes(2);
    db.close();
  });

  test('answers in order, and tells of the growth before anybody hears an answer', async () => {
    const order: string[] = [];
    const { db, commits } = groupCommit(() => order.push('told'));
    await Promise.all(
      ['a', 'b'].map(async (name) => order.push((await commits.append(request(name)))[0]?.stream ?? '')),
    );
    expect(order).toEqual(['told', 'a', 'b']);
    db.close();
  });

  test('fails every append of a group whose transaction fails, and goes on with the next', async () => {
    const onCommit = vi.fn<() => void>();
    const { db, commits } = groupCommit(onCommit);
    db.exec(
      "CREATE TRIGGER broken BEFORE INSERT ON events WHEN NEW.stream = 'bad' BEGIN SELECT RAISE(ABORT, 'broken'); END",
    );
    const answers = await Promise.allSettled(['a', 'bad', 'c'].map((name) => commits.append(request(name))));
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(onCommit).not.toHaveBeenCalled();
    expect(await commits.append(request('a'))).toMatchObject([{ position: 1, version: 1 }]);
    db.close();
  });

  test('acknowledges nothing that is not committed', async () => {
    const onCommit = vi.fn<() => void>();
    const { db, commits } = groupCommit(onCommit);
    db.exec(`PRAGMA foreign_keys = ON;
      CREATE TABLE broken (type TEXT REFERENCES event_types DEFERRABLE INITIALLY DEFERRED);
      CREATE TRIGGER fails_at_commit AFTER INSERT ON events BEGIN INSERT INTO broken VALUES ('missing'); END`);
    const answers = await Promise.allSettled(['a', 'b'].map((name) => commits.append(request(name))));
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(onCommit).not.toHaveBeenCalled();
    expect(db.inTransaction).toBe(false);
    db.close();
  });

  test('waits for the write lock of another process without blocking this one', async () => {
    const log = temporaryLog();
    const writing = child('write', log.path);
    await message(writing);
    const append = log.append('s', event());
    let turns = 0;
    const start = performance.now();
    const answered = append.then(() => (turns = -1));
    while (turns < 50) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    // SQLite's own waiting would have held the thread for seconds.
    expect(performance.now() - start).toBeLessThan(4000);
    expect(log.head()).toBe(0);
    writing.send('go on');
    expect(await append).toMatchObject({ position: 1 });
    await answered;
  });
});

describe('what was acknowledged', () => {
  test('is in the log after a kill at any moment, and the log has no gap', { timeout: 60_000 }, async () => {
    const path = join(temporaryFolder(), 'log.db');
    const acknowledged = new Set<string>();
    for (const [round, atLeast] of [1, 40, 300].entries()) {
      const appending = child('appendForever', path, `round-${round}`);
      let fresh = 0;
      await new Promise<void>((resolve) => {
        appending.on('message', (id: string) => {
          acknowledged.add(id);
          fresh += 1;
          if (fresh === atLeast) resolve();
        });
      });
      appending.kill('SIGKILL');
      await exit(appending);
    }
    const log = openedLog(path);
    const kept = new Set([...log.readAll()].map(({ id }) => id));
    expect([...acknowledged].filter((id) => !kept.has(id))).toEqual([]);
    expectGapless(log);
    expect(await log.append('after', event())).toMatchObject({ position: kept.size + 1 });
  });

  test('is in the log though the shared-memory file is lost with the process', async () => {
    const log = temporaryLog();
    await log.append('s', event());
    await log.close();
    rmSync(`${log.path}-shm`, { force: true });
    writeFileSync(`${log.path}-wal`, '');
    expect(openedLog(log.path).head()).toBe(1);
  });
});

describe('several processes', () => {
  test('that open one new log at the same moment all succeed', async () => {
    const path = join(temporaryFolder(), 'new', 'log.db');
    const racers = [1, 2, 3, 4].map(() => child('open', path));
    await Promise.all(racers.map(message));
    const at = Date.now() + 20;
    const answers = racers.map(message);
    for (const racer of racers) racer.send(at);
    expect(await Promise.all(answers)).toEqual(['opened', 'opened', 'opened', 'opened']);
    const log = openedLog(path);
    expect(log.head()).toBe(4);
    expectGapless(log);
  });
});
