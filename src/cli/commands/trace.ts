import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Config } from '../../config.ts';
import { Catalog } from '../../engine/catalog.ts';
import type { LiveGeneration } from '../../engine/engine.ts';
import { trace } from '../../engine/history/trace.ts';
import type { RowTrace, TraceEntry } from '../../engine/history/trace-row.ts';
import type { JsonRow } from '../../engine/history/row-change.ts';
import { ProjectionistError } from '../../errors.ts';
import { EventLog } from '../../event-log/event-log.ts';
import { writeExactly } from '../../exact-json.ts';
import { loadCheckedDefinitions } from '../../checked-definitions.ts';
import type { ViewDescription } from '../../projection/program.ts';
import { storedKey } from '../../row-traces.ts';
import { configOf } from '../context.ts';
import { type Io, json, line } from '../io.ts';
import { grouped } from '../numbers.ts';
import { ProgressDisplay } from '../progress.ts';
import { didYouMean } from '../../nearest.ts';

export function traceCommand(io: Io): Command {
  return new Command('trace')
    .description('print, event by event, what changed in a row of a view')
    .argument('<view>', 'the view')
    .argument('<key...>', "the row's key: one value for each column of the primary key, in its order")
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  projectionist trace orders order-1001\n  projectionist trace order_lines order-1001 mug-01 --json',
    )
    .action(async (name: string, key: string[], flags: { json?: boolean }, command: Command) => {
      const config = await configOf(command, io);
      const found = findView(config.data, name);
      const traced = await traceHere(io, config, found, key);
      if (traced.entries.length === 0) throw neverThere(name);
      if (flags.json === true) json(io, { view: name, key, ...traced });
      else line(io, describe(traced, name));
    });
}

interface FoundView {
  readonly live: LiveGeneration;
  readonly view: ViewDescription;
}

function findView(data: string, name: string): FoundView {
  const live = existsSync(join(data, 'catalog.db')) ? liveGenerations(data) : [];
  for (const generation of live) {
    const view = generation.program.views.find((candidate) => candidate.name === name);
    if (view !== undefined) return { live: generation, view };
  }
  const names = live.flatMap(({ program }) => program.views.map((view) => view.name));
  throw new ProjectionistError('VIEW_UNKNOWN', `There is no view ${name} in ${data}`, {
    hint: `${didYouMean(name, names)}Views: ${names.join(', ') || 'none yet'}.`,
  });
}

function liveGenerations(data: string): LiveGeneration[] {
  const catalog = new Catalog(join(data, 'catalog.db'));
  try {
    return catalog.projections().flatMap((projection) => {
      const live = catalog.find(projection, 'live');
      if (live === undefined) return [];
      return [{ projection, number: live.number, path: join(data, live.file), program: live.program }];
    });
  } finally {
    catalog.close();
  }
}

async function traceHere(
  io: Io,
  { data, projections }: Config,
  { live, view }: FoundView,
  key: readonly string[],
): Promise<RowTrace> {
  const definitions = await loadCheckedDefinitions(projections);
  const loaded = definitions.projections.find(
    ({ compiled }) => compiled.program.projection === live.projection,
  );
  const log = EventLog.open(join(data, 'log.db'));
  const progress = new ProgressDisplay(io.error);
  try {
    return await trace(
      { data, log, live, loaded, view, key: storedKey(view, key) },
      {
        signal: io.ended,
        onProgress: ({ done, total }) => progress.show({ title: `Tracing ${view.name}`, done, total }),
      },
    );
  } finally {
    progress.end();
    await log.close();
  }
}

function describe({ position, entries }: RowTrace, view: string): string {
  const lines = entries.map((entry) => describeEntry(entry));
  return [...lines, `${view} as of position ${grouped(position)}`].join('\n');
}

function describeEntry({ position, eventId, stream, type, time, change, before, after }: TraceEntry): string {
  return [
    `${grouped(position)}  ${time}  ${type}  ${stream}  ${eventId}  ${change}`,
    ...changedColumns(before, after).map((text) => `    ${text}`),
  ]
    .map(safe)
    .join('\n');
}

function changedColumns(before: JsonRow | null, after: JsonRow | null): string[] {
  const columns = Object.keys(after ?? before ?? {});
  return columns.flatMap((column) => {
    const [old, now] = [before?.[column], after?.[column]].map((value) => writeExactly(value ?? null));
    if (before === null) return [`${column}: ${now}`];
    if (after === null) return [`${column}: ${old}`];
    return old === now ? [] : [`${column}: ${old} -> ${now}`];
  });
}

/** Text of an event must not drive the terminal. */
function safe(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}

function neverThere(view: string): ProjectionistError {
  return new ProjectionistError('NOT_FOUND', `No event has made such a row of ${view}`, {
    hint: 'Check the key: its values are given in the order of the primary key.',
  });
}
