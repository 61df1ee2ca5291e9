import { Command } from 'commander';
import type { BackupResult } from '../../engine/backup/backup.ts';
import { runBackup } from '../../engine/backup/run-backup.ts';
import { configOf } from '../context.ts';
import { type Io, json, line } from '../io.ts';
import { duration, grouped, size } from '../numbers.ts';
import { ProgressDisplay } from '../progress.ts';

export function backupCommand(io: Io): Command {
  return new Command('backup')
    .description(
      'copy the log and the views, checked, into an empty folder that can be started on; beside a server too',
    )
    .argument('<dir>', 'the folder; made where it is missing')
    .option('--log-only', 'leave the views out: they are built again from the log')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  projectionist backup /mnt/backup/monday\n  projectionist start --data /mnt/backup/monday',
    )
    .action(async (dir: string, flags: { logOnly?: boolean; json?: boolean }, command: Command) => {
      const { data } = await configOf(command, io);
      const progress = new ProgressDisplay(io.error);
      const result = await runBackup(
        { data, target: dir, isLogOnly: flags.logOnly === true },
        {
          onProgress: ({ file, done, total }) => progress.show({ title: `Copying ${file}`, done, total }),
          signal: io.ended,
        },
      ).finally(() => progress.end());
      if (flags.json === true) json(io, result);
      else line(io, describe(result));
    });
}

function describe({ folder, position, bytes, seconds, projections }: BackupResult): string {
  const views = projections.map(
    ({ name, generation, position: at }) =>
      `  ${name}: generation ${generation}, at position ${grouped(at ?? 0)}`,
  );
  return [
    `${folder} holds the log up to position ${grouped(position)} (${size(bytes)}, ${duration(seconds)}); every file is checked`,
    ...(views.length === 0 ? ['  no views: they are built again from the log'] : views),
  ].join('\n');
}
