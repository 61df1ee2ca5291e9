import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import type { Command } from 'commander';
import { createProjectionist, type Projectionist } from 'projectionist';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { createProgram } from '../../src/cli/program.ts';
import { projectPackage } from '../../src/cli/templates.ts';
import { blocksOf } from './blocks.ts';

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'examples/README.md',
  ...readdirSync('docs').map((file) => join('docs', file)),
].filter((file) => file.endsWith('.md'));

/** The commands of all documents, without comments, prompts and what leads up to them in a pipe. */
const COMMANDS = DOCUMENTS.flatMap((document) =>
  blocksOf(document)
    .filter(({ language }) => language === 'sh' || language === 'console')
    .flatMap(({ language, text }) =>
      text
        .replaceAll('\\\n', ' ')
        .split('\n')
        .filter((line) => language === 'sh' || line.startsWith('$ '))
        .flatMap((line) =>
          line
            .replace(/^\$ /, '')
            .replace(/ # .*$/, '')
            .split(/ (?:&&|\|) /),
        ),
    )
    .map((command) => ({ document, command: command.trim() })),
);

function beginningWith(...words: string[]): typeof COMMANDS {
  return COMMANDS.filter(({ command }) => words.some((word) => command.startsWith(`${word} `)));
}

function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
}

describe('the command line takes', () => {
  const io = { out: { write: () => true }, error: { write: () => true }, environment: {} } as unknown as Io;

  function named(parent: Command, [name, ...rest]: string[]): { command: Command; rest: string[] } {
    const command = parent.commands.find((one) => one.name() === name);
    if (command === undefined) throw new Error(`There is no ${name}`);
    return command.commands.length === 0 ? { command, rest } : named(command, rest);
  }

  test.each(beginningWith('npx projectionist', 'projectionist'))(
    '$document: $command',
    ({ command: line }) => {
      const [, ...words] = wordsOf(line.replace(/^npx /, ''));
      const { command, rest } = named(createProgram(io), words);
      const { operands, unknown } = command.parseOptions(rest.filter((word) => word !== '&'));
      expect(unknown).toEqual([]);
      const all = command.registeredArguments;
      const most = all.at(-1)?.variadic === true ? Number.POSITIVE_INFINITY : all.length;
      expect(operands.length).toBeLessThanOrEqual(most);
      expect(operands.length).toBeGreaterThanOrEqual(all.filter(({ required }) => required).length);
    },
  );
});

test.each(beginningWith('npm run', 'npm start', 'npm test'))(
  '$document: $command is a script',
  ({ command }) => {
    const ours = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object }).scripts;
    const scripts = { ...ours, ...projectPackage('', '').scripts };
    expect(Object.keys(scripts)).toContain(wordsOf(command.replace('npm run ', 'npm '))[1]);
  },
);

describe('the sample shop answers', () => {
  // Inside the repository, whose own package.json makes 'projectionist' mean its source.
  const folder = mkdtempSync(resolve('test/docs/.snippets-'));
  let shop: Projectionist;
  beforeAll(async () => {
    cpSync('projections', join(folder, 'projections'), { recursive: true });
    for (const { file, text } of blocksOf('docs/index.md'))
      if (file !== undefined) writeFileSync(join(folder, file), text);
    shop = await createProjectionist({
      data: join(folder, 'data'),
      projections: join(folder, 'projections'),
    });
    await shop.importLines(Readable.from(readFileSync('data/shop.events.ndjson', 'utf8')));
    shop.start();
    await shop.ready();
  });
  afterAll(async () => {
    await shop.close();
    rmSync(folder, { recursive: true, force: true });
  });

  // The tutorial has a library of its own, and a test of its own.
  const requests = beginningWith('curl').filter(({ document }) => document !== 'docs/tutorial.md');
  test('there are some', () => expect(requests.length).toBeGreaterThan(3));

  test.each(requests)('$document: $command', async ({ command }) => {
    const words = wordsOf(command);
    const url = words.find((word) => /(?:localhost|127\.0\.0\.1):4000/.test(word)) ?? '';
    const headers = words.flatMap((word, index) => (words[index - 1] === '-H' ? [word.split(/: (.*)/)] : []));
    const ended = new AbortController();
    const answer = await shop.app.request(url.replace(/^.*:4000/, ''), {
      headers: Object.fromEntries(headers.map(([name = '', value = '']) => [name, value])),
      signal: ended.signal,
    });
    expect(answer.status).toBe(200);
    const { value } = (await answer.body?.getReader().read()) ?? {};
    ended.abort();
    // More than an empty array.
    expect((value as Uint8Array | undefined)?.length).toBeGreaterThan(2);
  });
});
