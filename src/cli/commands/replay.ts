import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import type { Config } from '../../config.ts';
import { buildCopy } from '../../engine/as-of/build-copy.ts';
import { recordedDecisions } from '../../engine/inspect.ts';
import { type Point, resolvePoint, type ResolvedPoint } from '../../engine/as-of/point.ts';
import { TimeIndex } from '../../engine/as-of/time-index.ts';
import { ProjectionistError } from '../../errors.ts';
import { normalTime } from '../../event-log/event-time.ts';
import { EventLog } from '../../event-log/event-log.ts';
import type { LoadedProjection } from '../../projection/load.ts';
import { configOf } from '../context.ts';
import { definitionsNamed } from '../definitions.ts';
import { type Io, json, line } from '../io.ts';
import { grouped } from '../numbers.ts';
import { ProgressDisplay } from '../progress.ts';

interface ReplayFlags {
  readonly until?: string;
  readonly out: string;
  readonly json?: boolean;
}

export function replayCommand(io: Io): Command {
  return new Command('replay')
    .description("build a projection's views as of a point of the log, into a SQLite file of their own")
    .argument('<name>', 'the projection')
    .option(
      '--until <point>',
      'the last position, or a time: the last event at or before it (default: the head)',
    )
    .requiredOption('--out <file>', 'the file to make; it must not be there yet')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  projectionist replay orders --until 1500 --out orders.db\n' +
        '  projectionist replay orders --until 2026-01-31T12:00:00Z --out january.db',
    )
    .action(async (name: string, flags: ReplayFlags, command: Command) => {
      const config = await configOf(command, io);
      const { position, time } = await replay(io, config, name, flags);
      if (flags.json === true)
        json(io, { projection: name, position, time: time ?? null, file: resolve(flags.out) });
      else
        line(
          io,
          `${flags.out} holds ${name} as of position ${grouped(position)}${time === undefined ? '' : `, ${time}`}`,
        );
    });
}

async function replay(
  io: Io,
  { data, projections }: Config,
  name: string,
  flags: ReplayFlags,
): Promise<ResolvedPoint> {
  const loaded = await definitionOf(projections, name);
  if (existsSync(flags.out))
    throw new ProjectionistError('USAGE', `${flags.out} is there already`, {
      hint: 'Name another file with --out, or delete it.',
    });
  if (!existsSync(join(data, 'log.db')))
    throw new ProjectionistError('DATA_FOLDER_UNUSABLE', `There is no log in ${data}`, {
      hint: 'Check --data, or append some events first.',
    });
  const log = EventLog.open(join(data, 'log.db'));
  const progress = new ProgressDisplay(io.error);
  try {
    const point = await resolved(log, flags.until);
    mkdirSync(dirname(resolve(flags.out)), { recursive: true });
    await buildCopy({
      path: resolve(flags.out),
      position: point.position,
      program: loaded.compiled.program,
      loaded,
      decisions: recordedDecisions(data, name),
      log,
      bases: [],
      onProgress: (done) => progress.show({ title: `Replaying ${name}`, done, total: point.position }),
      signal: io.ended,
    });
    return point;
  } finally {
    progress.end();
    await log.close();
  }
}

async function definitionOf(folder: string, name: string): Promise<LoadedProjection> {
  const { projections } = await definitionsNamed(folder, [name]);
  const [loaded] = projections;
  if (loaded === undefined)
    throw new ProjectionistError('PROJECTION_UNKNOWN', `There is no projection ${name}`);
  return loaded;
}

async function resolved(log: EventLog, until: string | undefined): Promise<ResolvedPoint> {
  const times = new TimeIndex(log.path);
  try {
    return await resolvePoint(pointOf(until, log.head()), {
      head: () => log.head(),
      timeAt: (position) => log.timeAt(position),
      positionAt: (time) => times.positionAt(time),
      now: () => new Date(),
    });
  } finally {
    times.close();
  }
}

function pointOf(until: string | undefined, head: number): Point {
  if (until === undefined) return { position: head };
  if (/^\d{1,15}$/.test(until)) return { position: Number(until) };
  const time = normalTime(/^\d{4}-\d\d-\d\d$/.test(until) ? `${until}T23:59:59.999Z` : until);
  if (time !== 'malformed' && time !== 'impossible') return { time };
  throw new ProjectionistError('USAGE', `${until} is neither a position nor a time`, {
    hint: 'Write --until 1500, or --until 2026-01-31T12:00:00Z; a date means the end of that day, UTC.',
  });
}
