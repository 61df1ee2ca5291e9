import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { ProjectionistError } from '../../errors.ts';
import { type Io, json, line } from '../io.ts';
import { version } from '../version.ts';
import { PROJECT_FILES, projectPackage } from '../templates.ts';

export function initCommand(io: Io): Command {
  return new Command('init')
    .description('make a folder into a working project: a catalogue, a projection, a few events')
    .argument('[folder]', 'the folder', '.')
    .option('--json', 'print the names of the files as JSON')
    .addHelpText('after', '\nExamples:\n  npx projectionist init shop && cd shop && npm install && npm start')
    .action((folder: string, flags: { json?: boolean }) => {
      const written = writeProject(folder);
      if (flags.json === true) json(io, { folder: resolve(folder), written });
      else line(io, describe(folder, written));
    });
}

/** Writes what is not there yet; files that are there stay as they are. Throws USAGE for a folder that is in use. */
function writeProject(folder: string): string[] {
  refuseForeign(folder);
  const written: string[] = [];
  for (const [file, content] of Object.entries(PROJECT_FILES)) {
    const path = join(folder, file);
    if (existsSync(path)) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    written.push(file);
  }
  writePackage(folder);
  return [...written, 'package.json'];
}

/** An empty folder, or one in which the package has just been installed, and nothing that could be in the way. */
function refuseForeign(folder: string): void {
  if (!existsSync(join(folder, 'projections'))) return;
  if (readdirSync(join(folder, 'projections')).length === 0) return;
  throw new ProjectionistError('USAGE', `${folder} already has a folder of projections`, {
    hint: 'Choose an empty folder: projectionist init my-project.',
    evidence: { file: join(folder, 'projections') },
  });
}

function writePackage(folder: string): void {
  const path = join(folder, 'package.json');
  const present = existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, string>>)
    : {};
  const wanted = projectPackage(basename(resolve(folder)), version());
  const merged = {
    ...wanted,
    ...present,
    type: 'module',
    scripts: { ...wanted.scripts, ...present['scripts'] },
    dependencies: { ...wanted.dependencies, ...present['dependencies'] },
    devDependencies: { ...wanted.devDependencies, ...present['devDependencies'] },
  };
  // npm's placeholder, which would stand in the way of nothing but a real test script.
  if (present['scripts']?.['test']?.includes('no test specified') === true)
    merged.scripts = { ...merged.scripts, test: wanted.scripts['test'] as string };
  writeFileSync(path, `${JSON.stringify(merged, null, 2)}\n`);
}

function describe(folder: string, written: readonly string[]): string {
  const enter = resolve(folder) === resolve('.') ? [] : [`  cd ${folder}`];
  return [
    'Wrote',
    ...written.map((file) => `  ${join(folder, file)}`),
    '',
    'Next:',
    ...enter,
    '  npm install',
    '  npm start',
    '',
  ].join('\n');
}
