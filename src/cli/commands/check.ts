import { Command } from 'commander';
import { type LockState, readLockState, requireCompatible, writeLock } from '../../catalogue-lock.ts';
import { loadCheckedDefinitions } from '../../checked-definitions.ts';
import { ProjectionistError } from '../../errors.ts';
import type { Definitions } from '../../projection/load.ts';
import { unguardedViews } from '../../projection/unguarded-views.ts';
import { describeAgainst, requireNoFindings, runAgainst } from '../against-report.ts';
import { configOf } from '../context.ts';
import { type Io, json, line } from '../io.ts';
import { describeLock } from '../lock-report.ts';
import { wholeNumber } from '../numbers.ts';
import { policyWarning } from '../policy-report.ts';

interface CheckFlags {
  readonly lock?: boolean;
  readonly frozen?: boolean;
  readonly against?: string;
  readonly sample?: number;
  readonly json?: boolean;
}

export function checkCommand(io: Io): Command {
  return new Command('check')
    .description('compile the definitions and report every problem; hold the catalogue against its lock')
    .option('--lock', 'write projections/events.lock.json: the schemas that later changes are held against')
    .option('--frozen', 'fail too where events.lock.json is missing or out of date, for CI')
    .option(
      '--against <source>',
      'run the events of a data folder, a log or an NDJSON file through schemas, upcasters and programs, and report what fails',
    )
    .option(
      '--sample <number>',
      'with --against: so many events of each type, spread over the log, and the first so many through the programs',
      wholeNumber,
    )
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  projectionist check\n  projectionist check --lock\n  projectionist check --against data\n' +
        '  projectionist check --against production.ndjson --sample 1000 --json',
    )
    .action(async (flags: CheckFlags, command: Command) => {
      requireSense(flags);
      const config = await configOf(command, io);
      const definitions = await loadCheckedDefinitions(config.projections);
      const lock = (flags.lock === true ? writeLock : readLockState)(
        config.projections,
        definitions.catalogue,
      );
      const { against: source, sample } = flags;
      const against = source === undefined ? undefined : await runAgainst(io, source, definitions, sample);
      if (flags.json === true) json(io, { ...reportOf(definitions, lock), against });
      else {
        describe(io, config.projections, definitions, lock, flags.lock === true);
        if (source !== undefined && against !== undefined) describeAgainst(io, source, against);
      }
      requireCompatible(lock);
      if (flags.frozen === true) requireCurrent(lock);
      if (source !== undefined && against !== undefined) requireNoFindings(source, against);
    });
}

function requireSense({ lock, frozen, against, sample }: CheckFlags): void {
  if (lock === true && frozen === true)
    throw new ProjectionistError('USAGE', '--lock writes what --frozen only looks at; give one of them');
  if (sample !== undefined && against === undefined)
    throw new ProjectionistError('USAGE', '--sample needs --against');
  if (sample === 0) throw new ProjectionistError('USAGE', '--sample 0 would check nothing');
}

function reportOf({ projections, ignored }: Definitions, lock: LockState) {
  const programs = projections.map(({ file, compiled: { program } }) => ({
    projection: program.projection,
    file,
    hash: program.hash,
    views: program.views.map(({ name }) => name),
    eventTypes: program.types.map(({ type }) => type),
  }));
  const unguarded = unguardedViews(projections.map(({ compiled: { definition } }) => definition));
  return { projections: programs, ignored, unguarded, lock };
}

function describe(
  io: Io,
  folder: string,
  definitions: Definitions,
  lock: LockState,
  isWritten: boolean,
): void {
  const { projections, ignored, unguarded } = reportOf(definitions, lock);
  for (const { projection, hash, views, eventTypes } of projections) {
    line(
      io,
      `${projection}: ${views.join(', ')}, from ${eventTypes.length} event types (program ${hash.slice(0, 12)})`,
    );
  }
  for (const { file, reason } of ignored) line(io, `${file}: passed over, as ${reason}`);
  const warning = policyWarning(unguarded);
  if (warning !== undefined) line(io, warning);
  if (projections.length === 0) line(io, `No projection is defined in ${folder}.`);
  else if (lock.refused.length === 0) for (const text of describeLock(lock, isWritten)) line(io, text);
}

function requireCurrent({ state, file }: LockState): void {
  if (state === 'current') return;
  throw new ProjectionistError(
    'CATALOGUE_INCOMPATIBLE',
    state === 'missing' ? `There is no ${file}` : `${file} is out of date: the catalogue has changed since`,
    {
      hint: 'Run `projectionist check --lock`, and commit the file.',
      evidence: { file },
    },
  );
}
