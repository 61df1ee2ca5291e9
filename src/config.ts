import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { configProblem, invalid } from './config-problem.ts';
import { ProjectionistError } from './errors.ts';
import { httpSettings } from './http/settings.ts';
import { importPlace } from './projection/import-problem.ts';
import { viewSettings } from './view-settings.ts';
import { tokensInText } from './http/tokens-in-text.ts';

const whole = z.number().int().positive().exactOptional();

/** What a settings file may hold. */
export const settings = z.strictObject({
  data: z.string().min(1).describe('folder of the log and the views'),
  projections: z.string().min(1).describe('folder of the definition files'),
  port: z.coerce.number().int().min(0).max(65535).describe('port of the HTTP API; 0 for any free one'),
  host: z.string().min(1).describe('address that the HTTP API listens on'),
  shutdownSeconds: z.coerce
    .number()
    .positive()
    .max(86_400)
    .describe('seconds that open requests and batches have when the server ends'),
  logLevel: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .describe('how much the server writes of itself'),
  logFormat: z.enum(['auto', 'text', 'json']).describe('auto: text on a terminal, and else JSON'),
  maxRows: whole.describe('rows in an answer at most'),
  aggregates: z.boolean().exactOptional().describe('whether queries may count, sum and average'),
  ...httpSettings.shape,
  ...viewSettings.shape,
});

/** All settings, resolved and frozen. */
export type Config = Readonly<z.infer<typeof settings>>;
/** What `projectionist.config.ts` may export as its default. */
export type ConfigFile = Partial<Config>;

/** Every default. */
export const DEFAULTS = {
  data: 'data',
  projections: 'projections',
  port: 4000,
  host: '127.0.0.1',
  shutdownSeconds: 10,
  logLevel: 'info',
  logFormat: 'auto',
} satisfies Config;
const DEFAULT_FILE = 'projectionist.config.ts';

type Path = readonly string[];

export interface ConfigSources {
  /** Command line flags that were given. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Flags beat variables (PROJECTIONIST_DATA, …), variables beat the file, the file beats the defaults. Throws CONFIG_INVALID. */
export async function resolveConfig({ flags, environment }: ConfigSources): Promise<Config> {
  const file = (flags['config'] as string | undefined) ?? environment['PROJECTIONIST_CONFIG'];
  const layers = [
    {
      nameOf: ([name = '']: Path) => `--${split(name, '-')}`,
      values: { ...pick(flags), ...(flags['allowAnonymous'] === true && { auth: 'none' }) },
    },
    {
      nameOf: ([name = '', ...rest]: Path) => [variableOf(name), ...rest].join('.'),
      values: fromEnvironment(environment),
    },
    { nameOf: (path: Path) => `${file ?? DEFAULT_FILE}: ${path.join('.')}`, values: await readFile(file) },
  ];
  for (const { nameOf, values } of layers) check(nameOf, values);
  const merged = Object.assign({}, DEFAULTS, ...layers.toReversed().map(({ values }) => values)) as unknown;
  return Object.freeze(settings.parse(merged));
}

function pick(flags: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(DEFAULTS).flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])),
  );
}

function fromEnvironment(environment: ConfigSources['environment']): Record<string, unknown> {
  const tokens = environment['PROJECTIONIST_TOKENS'];
  const values = Object.keys(DEFAULTS).map((name) => [name, environment[variableOf(name)]]);
  return {
    ...pick(Object.fromEntries(values)),
    ...(tokens !== undefined && tokens.trim() !== '' && { auth: { tokens: tokensInText(tokens) } }),
  };
}

function variableOf(name: string): string {
  // Tokens are all of `auth` that fits into a variable.
  return `PROJECTIONIST_${name === 'auth' ? 'TOKENS' : split(name, '_').toUpperCase()}`;
}

/** logLevel as log-level, with that between the words. */
function split(name: string, between: string): string {
  return name.replaceAll(/[A-Z]/g, `${between}$&`).toLowerCase();
}

async function readFile(file: string | undefined): Promise<Record<string, unknown>> {
  const path = resolve(file ?? DEFAULT_FILE);
  if (!existsSync(path)) {
    if (file === undefined) return {};
    throw invalid(`There is no file ${file}`, 'Check --config.');
  }
  const module = await importFile(file ?? DEFAULT_FILE, path);
  if (typeof module.default === 'object' && module.default !== null)
    return module.default as Record<string, unknown>;
  throw invalid(`${file ?? DEFAULT_FILE} has no default export`, 'Write export default { port: 4000 };');
}

async function importFile(file: string, path: string): Promise<{ readonly default?: unknown }> {
  try {
    return (await import(pathToFileURL(path).href)) as { default?: unknown };
  } catch (error) {
    const { name, message, stack = '' } = error as Error;
    const place = importPlace(stack, pathToFileURL(path).href);
    throw new ProjectionistError('CONFIG_INVALID', `${file} cannot be loaded: ${name}: ${message}`, {
      hint:
        place === undefined
          ? undefined
          : `Look at ${place.file === path ? file : relative('.', place.file)}:${place.line}.`,
      cause: error,
    });
  }
}

function check(nameOf: (path: Path) => string, values: Record<string, unknown>): void {
  const issue = deepest(settings.partial().safeParse(values).error?.issues[0]);
  if (issue !== undefined) throw configProblem(settings, issue, nameOf);
}

/** Of a union, the alternative that comes closest: what is wrong inside it is the better message. */
function deepest(issue: z.core.$ZodIssue | undefined): z.core.$ZodIssue | undefined {
  if (issue?.code !== 'invalid_union') return issue;
  const inner = issue.errors.flat().toSorted((a, b) => b.path.length - a.path.length)[0];
  return inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] };
}
