import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { inspect } from '../../engine/inspect.ts';
import { ProjectionistError } from '../../errors.ts';
import { configOf } from '../context.ts';
import { type Io, json, line } from '../io.ts';
import { Rates } from '../rates.ts';
import { watchText } from '../screen.ts';
import { statusText } from '../status-text.ts';

interface StatusFlags {
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly interval: number;
}

export function statusCommand(io: Io): Command {
  return new Command('status')
    .description('show the log and every projection: state, position, lag, parked streams, build, errors')
    .option('--watch', 'go on showing it, until Ctrl-C')
    .option('--interval <seconds>', 'with --watch: how often to look', seconds, 1)
    .option('--json', 'print it as JSON; with --watch one object a line, whenever something has changed')
    .addHelpText(
      'after',
      '\nExamples:\n  projectionist status\n  projectionist status --watch\n  projectionist status --json | jq .projections',
    )
    .action(async (flags: StatusFlags, command: Command) => {
      const { data } = await configOf(command, io);
      if (!existsSync(join(data, 'log.db')))
        throw new ProjectionistError('DATA_FOLDER_UNUSABLE', `There is no log in ${data}`, {
          hint: 'Check --data, or run `projectionist start` once.',
        });
      if (flags.watch === true) await watch(io, data, flags);
      else if (flags.json === true) json(io, inspect(data));
      else line(io, statusText(inspect(data), data, { width: io.out.columns }));
    });
}

async function watch(io: Io, data: string, { json: asJson, interval }: StatusFlags): Promise<void> {
  if (asJson === true) {
    // Not a screen, whatever it is printed on.
    const plain = { ...io, out: { write: (text: string) => io.out.write(text.replace(/\n+$/, '\n')) } };
    await watchText(plain, interval, () => JSON.stringify(inspect(data)));
    return;
  }
  const rates = new Rates();
  await watchText(io, interval, () => {
    const inspection = inspect(data);
    const shown = { width: io.out.columns, rates: rates.of(inspection.projections) };
    const text = statusText(inspection, data, shown);
    return io.out.isTTY === true ? `${text}\n\nCtrl-C ends this.` : text;
  });
}

function seconds(text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0.1) return number;
  throw new InvalidArgumentError('It is a number of seconds from 0.1.');
}
