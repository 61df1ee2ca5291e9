import { join } from 'node:path';
import { bootName } from '../../src/engine/threads/boot.ts';
import { Catalog } from '../../src/engine/catalog.ts';
import { connectFeed, openGeneration } from '../../src/engine/generations/generation-file.ts';
import { codeOf } from '../../src/engine/apply/program-code.ts';
import { Projector } from '../../src/engine/apply/projector.ts';
import { EventLog } from '../../src/event-log/event-log.ts';
import type { Projection } from '../../src/projection/define.ts';
import type { LedgerEvent } from './ledger.ts';
import { compileDefinitions, type LoadedProjection } from '../../src/projection/load.ts';

/** Appends to a folder's log without anybody to follow it. */
export async function appendTo(data: string, appended: readonly LedgerEvent[]): Promise<void> {
  const log = EventLog.open(join(data, 'log.db'));
  await log.appendAll(appended);
  await log.close();
}

/** Leaves a data folder as a kill does in the middle of a build: at `position`, on the machine's start `boot`, of a build that may have to be verified. */
export async function leaveInterruptedBuild(
  data: string,
  definition: Projection,
  position: number,
  { boot = bootName(), mustVerify = false } = {},
): Promise<void> {
  const { compiled } = compileDefinitions([definition]).projections[0] as LoadedProjection;
  const log = EventLog.open(join(data, 'log.db'));
  const catalog = new Catalog(join(data, 'catalog.db'));
  const { file } = catalog.add(compiled.program, boot, new Date(), mustVerify);
  catalog.close();
  const db = openGeneration(join(data, file), compiled.program, log.id, 'bulk');
  connectFeed(db, compiled.program, log.path);
  new Projector(db, compiled.program, codeOf(compiled)).apply(position);
  db.close();
  await log.close();
}

/** The generations that the catalogue knows, as `1 live`. */
export function generationsIn(data: string, projection = 'accounts'): string[] {
  const catalog = new Catalog(join(data, 'catalog.db'));
  try {
    return catalog.generations(projection).map(({ number, state }) => `${number} ${state}`);
  } finally {
    catalog.close();
  }
}
