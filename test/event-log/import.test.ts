import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineEvents } from '../../src/event-log/catalogue.ts';
import { ProjectionistError } from '../../src/errors.ts';
import { openLines } from '../../src/event-log/import.ts';
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

const catalogue = defineEvents({ counted: { schema: z.strictObject({ n: z.number() }) } });

function line(n: unknown, members: object = {}): string {
  return JSON.stringify({ id: `id-${String(n)}`, stream: 's', type: 'counted', data: { n }, ...members });
}

/** A file in a temporary folder. */
function file(content: string | Uint8Array, name = 'events.ndjson'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

function numbers(log: { readAll(): Iterable<{ data: unknown }> }): unknown[] {
  return [...log.readAll()].map(({ data }) => (data as { n: unknown }).n);
}

describe('an import', () => {
  test('appends every line, and says how many and up to where', async () => {
    const log = temporaryLog({ catalogue });
    await log.append('s', { type: 'counted', data: { n: 0 } });
    const progress: number[] = [];
    const lines = [line(1), line(2, { stream: 't', metadata: { by: 'eve' } }), line(3)].join('\n');
    const result = await log.importLines(openLines(file(lines)), {
      onProgress: (count) => progress.push(count),
    });
    expect(result).toEqual({
      lines: 3,
      appended: 3,
      duplicates: 0,
      bad: [],
      badLines: 0,
      rejectFile: undefined,
      position: 4,
    });
    expect(progress).toEqual([3]);
    expectGapless(log);
  });

  test('tells listeners of the growth', async () => {
    const log = temporaryLog();
    const grown = new Promise((resolve) => log.onGrowth(resolve));
    await log.importLines(Readable.from([line(1)]));
    expect(await grown).toBe(1);
  });

  test('passes over events that the log holds, so that it can be repeated', async () => {
    const log = temporaryLog();
    const path = file(`${line(1)}\n${line(2)}\n`);
    await log.importLines(openLines(path));
    expect(await log.importLines(openLines(path))).toMatchObject({ appended: 0, duplicates: 2, position: 2 });
    const more = file(`${line(2)}\n${line(3)}\n${line(3)}\n`);
    expect(await log.importLines(openLines(more))).toMatchObject({ appended: 1, duplicates: 2, position: 3 });
    expectGapless(log);
  });

  test.each([
    ['CRLF', `${line(1)}\r\n${line(2)}\r\n`],
    ['no newline at the end', `${line(1)}\n${line(2)}`],
    ['blank lines', `\n\n${line(1)}\n  \t\n\r\n${line(2)}\n\n`],
    ['a byte order mark', `\ufeff${line(1)}\n${line(2)}\n`],
    ['white space around', `  ${line(1)}  \n\t${line(2)}\r\n`],
  ])('takes a file with %s', async (_, text) => {
    const log = temporaryLog();
    expect(await log.importLines(openLines(file(text)))).toMatchObject({ appended: 2, badLines: 0 });
    expect(numbers(log)).toEqual([1, 2]);
  });

  test.each(['', '\n', '\ufeff', '\r\n\n'])('of an empty file (%j) appends nothing', async (text) => {
    expect(await temporaryLog().importLines(openLines(file(text)))).toMatchObject({
      appended: 0,
      position: 0,
    });
  });

  test('takes a gzipped file', async () => {
    const log = temporaryLog();
    const parts = Buffer.concat([gzipSync(`${line(1)}\n`), gzipSync(`${line(2)}\n`)]);
    await log.importLines(openLines(file(parts, 'events.ndjson.gz')));
    expect(numbers(log)).toEqual([1, 2]);
  });

  test('reads text that is cut anywhere, in the middle of a character too', async () => {
    const bytes = Buffer.from(`${line('é漢🎈\u2028')}\n${line('ß')}\r\n${line('last')}`);
    for (const size of [1, 2, 3, 5, 7, 64]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      const log = temporaryLog();
      await log.importLines(Readable.from(chunks));
      expect(numbers(log)).toEqual(['é漢🎈\u2028', 'ß', 'last']);
    }
  });

  test('takes a line of many megabytes', async () => {
    const log = temporaryLog();
    await log.importLines(
      openLines(file(`${line(1)}\n${line('x'.repeat(20_000_000), { id: 'long' })}\n${line(3)}`)),
    );
    expect(log.head()).toBe(3);
  });

  test('makes room on the disk again', async () => {
    const log = temporaryLog();
    const lines = Array.from({ length: 100 }, (_, index) =>
      line(index, { data: { n: 'x'.repeat(1_000_000) } }),
    );
    await log.importLines(openLines(file(lines.join('\n'))));
    for (let count = 0; count < 3; count += 1) await log.append('s', event());
    expect(statSync(`${log.path}-wal`).size).toBeLessThanOrEqual(64 * 1024 * 1024);
  });
});

describe('an import with bad lines', () => {
  const notUtf8 = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
  const bad = [
    '{"stream": "s", "type": "counted"',
    'not JSON\r',
    line('text'),
    line(1, { type: 'unknown' }),
    line(1, { stram: 's' }),
    line(1).replace('"n":1', '"n":12345678901234567890'),
    '[]',
  ];
  const mixed = Buffer.concat([
    Buffer.from(`${line(1)}\n${bad.join('\n')}\n`),
    notUtf8,
    Buffer.from(`\n${line(2)}\n`),
  ]);

  test('imports nothing, and names each with its number and reason', async () => {
    const log = temporaryLog({ catalogue });
    await expect(log.importLines(openLines(file(mixed)))).rejects.toMatchObject({
      code: 'IMPORT_REJECTED',
      evidence: { line: 2 },
      hint: expect.stringContaining('--skip-invalid'),
      message: expect.stringMatching(
        [
          '^8 lines cannot be imported, so nothing was',
          '  line 2: not JSON: .*position.*',
          "  line 3: not JSON: Unexpected token 'o'",
          '  line 4: counted: data.n .*',
          '  line 5: The event type unknown is not in the catalogue',
          '  line 6: counted: stram is not a member of an event .*',
          '  line 7: the number 12345678901234567890 does not fit in a double',
          '  line 8: An event is a JSON object',
          '  line 9: not UTF-8 text$',
        ].join('\n'),
      ),
    });
    expect(log.head()).toBe(0);
    await log.append('s', { type: 'counted', data: { n: 1 } });
    expectGapless(log);
  });

  test('names the first twenty, and counts the others', async () => {
    const failure = temporaryLog().importLines(openLines(file('{\n'.repeat(25))));
    await expect(failure).rejects.toThrow(/^25 lines[^…]*\n {2}line 20: [^\n]*\n {2}… and 5 more$/);
  });

  test('imports the good ones when told to, and keeps the bad ones as they came', async () => {
    const log = temporaryLog({ catalogue });
    const rejectFile = join(temporaryFolder(), 'rejects.ndjson');
    writeFileSync(rejectFile, 'of an earlier import');
    const result = await log.importLines(openLines(file(mixed)), { skipInvalid: true, rejectFile });
    expect(result).toMatchObject({ lines: 10, appended: 2, badLines: 8, rejectFile });
    expect(result.bad.map((each) => each.line)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(readFileSync(rejectFile)).toEqual(
      Buffer.concat([Buffer.from(`${bad.join('\n')}\n`), notUtf8, Buffer.from('\n')]),
    );
    expect(numbers(log)).toEqual([1, 2]);
  });

  test('leaves no reject file where every line is good', async () => {
    const rejectFile = join(temporaryFolder(), 'rejects.ndjson');
    writeFileSync(rejectFile, 'of an earlier import');
    await temporaryLog().importLines(Readable.from([line(1)]), { skipInvalid: true, rejectFile });
    expect(existsSync(rejectFile)).toBe(false);
  });

  test('imports nothing where the bad ones cannot be kept', async () => {
    const log = temporaryLog();
    const rejectFile = join(temporaryFolder(), 'missing', 'rejects.ndjson');
    const text = `${line(1)}\nbad\n`;
    await expect(
      log.importLines(Readable.from([text]), { skipInvalid: true, rejectFile }),
    ).rejects.toMatchObject({
      code: 'IMPORT_REJECTED',
      evidence: { file: rejectFile },
    });
    const folder = temporaryFolder();
    await expect(
      log.importLines(Readable.from([text]), { skipInvalid: true, rejectFile: folder }),
    ).rejects.toMatchObject({ code: 'IMPORT_REJECTED', evidence: { file: folder } });
    await expect(log.importLines(Readable.from([text]), { skipInvalid: true })).rejects.toMatchObject({
      code: 'USAGE',
    });
    expect(log.head()).toBe(0);
  });
});

describe('an import of what cannot be read', () => {
  const truncated = gzipSync(Array.from({ length: 5000 }, (_, n) => `${line(n)}\n`).join('')).subarray(
    0,
    -100,
  );

  test.each([
    ['a file that is not there', () => join(temporaryFolder(), 'missing.ndjson'), 'ENOENT'],
    ['a gzipped file that is not there', () => join(temporaryFolder(), 'missing.ndjson.gz'), 'ENOENT'],
    ['a folder', () => temporaryFolder(), 'EISDIR'],
    ['a file that is not gzip', () => file(line(1), 'events.ndjson.gz'), 'incorrect header check'],
    ['a gzipped file that is cut off', () => file(truncated, 'events.ndjson.gz'), 'unexpected end of file'],
  ])('fails on %s, and imports nothing', async (_, path, reason) => {
    const log = temporaryLog();
    await expect(log.importLines(openLines(path()))).rejects.toMatchObject({
      code: 'IMPORT_REJECTED',
      message: expect.stringContaining(reason),
    });
    expect(log.head()).toBe(0);
    await log.append('s', event());
  });

  test('fails though the input broke long before the import began', async () => {
    const input = openLines(join(temporaryFolder(), 'missing.ndjson'));
    await new Promise((resolve) => void input.once('close', resolve));
    await expect(temporaryLog().importLines(input)).rejects.toMatchObject({ code: 'IMPORT_REJECTED' });
  });

  test('fails on a line without an end', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    const input = Readable.from(
      (function* () {
        yield `${line(1)}\n`;
        for (;;) yield megabyte;
      })(),
    );
    const log = temporaryLog();
    await expect(log.importLines(input)).rejects.toMatchObject({
      code: 'IMPORT_REJECTED',
      message: 'Line 2 is longer than 64 MiB, so nothing was imported',
    });
    expect(input.destroyed).toBe(true);
    expect(log.head()).toBe(0);
  });
});

describe('while an import runs', () => {
  test('appends wait without blocking the process, and come after it', async () => {
    const log = temporaryLog();
    const input = new PassThrough();
    const importing = log.importLines(input);
    input.write(`${line(1)}\n`);
    const append = log.append('s', event({ n: 'appended' }));
    let turns = 0;
    while (turns < 100) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    expect(log.head()).toBe(0);
    input.end(`${line(2)}\n`);
    await importing;
    expect(await append).toMatchObject({ position: 3 });
    expect(numbers(log)).toEqual([1, 2, 'appended']);
  });

  test('a second one is refused', async () => {
    const log = temporaryLog();
    const input = new PassThrough();
    const first = log.importLines(input);
    await expect(log.importLines(Readable.from([line(1)]))).rejects.toMatchObject({ code: 'LOCKED' });
    input.end();
    await first;
    await log.importLines(Readable.from([line(1)]));
  });

  test('closing the log breaks it off, and nothing of it stays', async () => {
    const log = temporaryLog();
    const input = new PassThrough();
    const importing = log.importLines(input);
    input.write(`${line(1)}\n`);
    const [answer] = await Promise.allSettled([importing, log.close()]);
    expect(answer).toMatchObject({ reason: { code: 'CLOSED' } });
    expect(openedLog(log.path).head()).toBe(0);
  });

  test('one that waits for another process is broken off at once', async () => {
    const log = temporaryLog();
    const other = child('write', log.path);
    await message(other);
    const input = new PassThrough();
    const importing = log.importLines(input);
    const interrupted = new ProjectionistError('CLOSED', 'Interrupted');
    input.destroy(interrupted);
    await expect(importing).rejects.toBe(interrupted);
    other.send('go on');
    await exit(other);
    expect(await log.append('s', event())).toMatchObject({ position: 1 });
  });

  test('an append that was begun at the same time does not stand in its way', async () => {
    const log = temporaryLog();
    const append = log.append('s', event());
    await new Promise((resolve) => setImmediate(resolve));
    const imported = await log.importLines(Readable.from([line(1)]));
    expect(imported.appended).toBe(1);
    await append;
    expectGapless(log);
  });

  test('a kill leaves nothing of it, and the log as it was', async () => {
    const log = temporaryLog();
    await log.append('s', event());
    const lines = Array.from({ length: 60_000 }, (_, n) => `${line(n)}\n`).join('');
    const importing = child('import', log.path, file(lines));
    await message(importing);
    importing.kill('SIGKILL');
    await exit(importing);
    expect(log.head()).toBe(1);
    expect(await log.append('s', event())).toMatchObject({ position: 2 });
    expectGapless(log);
  });
});
