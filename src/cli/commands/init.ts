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
  throw new ProjectionistError(
    'USAGE',
    `${folder === '.' ? 'This folder' : folder} already has a folder of projections`,
    {
      hint: 'Choose an empty folder: projectionist init my-project.',
      evidence: { file: join(folder, 'projections') },
    },
  );
}

type PackageFile = Partial<Record<'scripts' | 'dependencies' | 'devDependencies', Record<string, string>>>;

/** Adds what is missing to package.json; what somebody has written there stays. */
function writePackage(folder: string): void {
  const path = join(folder, 'package.json');
  const present = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as PackageFile) : {};
  const wanted = projectPackage(basename(resolve(folder)), version());
  const installed = { ...present.dependencies, ...present.devDependencies };
  const missing = (packages: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(packages).filter(([name]) => installed[name] === undefined));
  const merged = {
    ...wanted,
    ...present,
    type: 'module',
    scripts: { ...wanted.scripts, ...withoutPlaceholder(present.scripts) },
    dependencies: { ...missing(wanted.dependencies), ...present.dependencies },
    devDependencies: { ...missing(wanted.devDependencies), ...present.devDependencies },
  };
  writeFileSync(path, `${JSON.stringify(merged, null, 2)}\n`);
}

/** `npm init` writes a test script that only fails. */
function withoutPlaceholder(scripts: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(scripts).filter(([, script]) => !script.includes('no test specified')),
  );
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
    '  npm start      to serve the views on http://127.0.0.1:4000',
    '  npm run dev    the same, and build anew whatever you save',
    '',
  ].join('\n');
}
