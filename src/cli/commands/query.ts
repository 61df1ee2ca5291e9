import { join } from 'node:path';
import { Command } from 'commander';
import { Catalog } from '../../engine/catalog.ts';
import { queryView } from '../../query/query-view.ts';
import { ViewReaders } from '../../query/view-readers.ts';
import { configOf } from '../context.ts';
import { type Io, json, line } from '../io.ts';
import { table } from '../table.ts';

export function queryCommand(io: Io): Command {
  return new Command('query')
    .description('query a view as the HTTP API does, with or without a running server')
    .argument('<view>', 'the view')
    .argument('[query]', "a query string, such as 'status=eq.shipped&order=placed_at.desc&limit=5'")
    .option('--json', 'print the rows as JSON')
    .addHelpText(
      'after',
      "\nExamples:\n  projectionist query orders 'status=eq.shipped&limit=5'\n  projectionist query orders --json",
    )
    .action(async (view: string, query: string | undefined, flags: { json?: boolean }, command: Command) => {
      const { data } = await configOf(command, io);
      const readers = readersOf(data);
      try {
        const { rows } = queryView(readers, view, new URLSearchParams(query ?? ''));
        if (flags.json === true) json(io, rows);
        else if (rows.length === 0) line(io, 'No rows.');
        else
          line(
            io,
            table(
              Object.keys(rows[0] as object),
              rows.map((row) => Object.values(row)),
            ),
          );
      } finally {
        readers.close();
      }
    });
}

function readersOf(data: string): ViewReaders {
  const catalog = new Catalog(join(data, 'catalog.db'));
  try {
    const readers = new ViewReaders();
    for (const name of catalog.projections()) {
      const live = catalog.find(name, 'live');
      if (live !== undefined)
        readers.use({
          projection: name,
          number: live.number,
          path: join(data, live.file),
          program: live.program,
        });
    }
    return readers;
  } finally {
    catalog.close();
  }
}
