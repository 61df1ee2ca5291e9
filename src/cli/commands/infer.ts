import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { ProjectionistError } from '../../errors.ts';
import { openLines } from '../../event-log/import.ts';
import { configOf } from '../context.ts';
import { Samples } from '../infer/samples.ts';
import { catalogueSource, projectionSource } from '../infer/sources.ts';
import { type Io, json, line } from '../io.ts';
import { grouped, wholeNumber } from '../numbers.ts';

interface InferFlags {
  readonly json?: boolean;
  readonly limit: number;
}

const USUAL_LIMIT = 100_000;

export function inferCommand(io: Io): Command {
  return new Command('infer')
    .description(
      'write a catalogue and a first projection from sample events, into the folder of definitions',
    )
    .argument('<file>', 'events as NDJSON, also gzipped: {"stream", "type", "data"} on each line')
    .option('--limit <number>', 'look at so many events', wholeNumber, USUAL_LIMIT)
    .option('--json', 'print the names of the files as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  projectionist infer events.ndjson && projectionist dev --seed events.ndjson',
    )
    .action(async (file: string, flags: InferFlags, command: Command) => {
      const { projections } = await configOf(command, io);
      if (!existsSync(file))
        throw new ProjectionistError('USAGE', `There is no file ${file}`, { hint: 'Name an NDJSON file.' });
      const samples = await read(file, flags.limit);
      const written = write(projections, samples, file);
      if (flags.json === true) json(io, { events: samples.events, types: samples.types.size, written });
      else line(io, describe(samples, file, written));
    });
}

async function read(file: string, limit: number): Promise<Samples> {
  const samples = new Samples();
  const input = openLines(file);
  let number = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (text.trim() !== '' && !samples.add(eventIn(text, file, number))) throw noEvent(file, number);
    if (samples.events >= limit) break;
  }
  input.destroy();
  if (samples.events === 0)
    throw new ProjectionistError('USAGE', `${file} holds no events`, { evidence: { file } });
  return samples;
}

function eventIn(text: string, file: string, number: number): object {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Told below, with the line.
  }
  throw noEvent(file, number);
}

function noEvent(file: string, number: number): ProjectionistError {
  return new ProjectionistError('EVENT_INVALID', `Line ${number} of ${file} is no event`, {
    hint: 'Write {"stream": "…", "type": "…", "data": {…}} on each line.',
    evidence: { file, line: number },
  });
}

/** Writes the files, none of which may be there yet. */
function write(folder: string, samples: Samples, input: string): string[] {
  const [category] = samples.categories();
  if (category === undefined) return [];
  const { name, source } = projectionSource(category);
  const files = { 'events.ts': catalogueSource(samples), [`${name}.ts`]: source };
  for (const file of Object.keys(files)) {
    if (existsSync(join(folder, file)))
      throw new ProjectionistError('USAGE', `${join(folder, file)} is there already`, {
        hint: `Name another folder: projectionist infer ${input} --projections drafts.`,
      });
  }
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return Object.keys(files).map((file) => join(folder, file));
}

function describe({ events, types }: Samples, file: string, written: readonly string[]): string {
  return `Looked at ${grouped(events)} events of ${grouped(types.size)} types, and wrote
${written.map((file) => `  ${file}`).join('\n')}

Next, to serve the view, and build it anew whatever you save:
  npx projectionist dev --seed ${file}`;
}
