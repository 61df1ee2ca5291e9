/**
 * The process that the crash test kills: appends, follows, rebuilds, rolls back and changes generations, for as long as
 * it lives. `node victim.ts DATA SEED FACTOR`. A line on its standard output is a fact:
 * `ack ID…` these events are acknowledged; `notice JSON` what was announced; `asks COMMAND PROJECTION` what comes now.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createProjectionist } from '../../src/create-projectionist.ts';
import { deposited, type LedgerEvent, noted, opened } from '../engine/ledger.ts';
import { definitionsFor } from './definitions.ts';
import { randomFrom } from './random.ts';

const [data = '', seed = '1', factor = '1'] = process.argv.slice(2);
const random = randomFrom(Number(seed));
const below = (limit: number): number => Math.floor(random() * limit);
/** Standard output to a pipe is written at once (Node's documentation of process I/O): a line stands, whatever follows. */
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const projections = definitionsFor(Number(factor));
const p = await createProjectionist({
  data,
  projections,
  announce: (notice) => say(`notice ${JSON.stringify(notice)}`),
});
p.start();
say('started');
await Promise.all([appendForEver(), commandForEver()]);

async function appendForEver(): Promise<never> {
  for (let group = 0; ; group += 1) {
    const events = Array.from({ length: 1 + below(4) }, (_, index) => ({
      ...anyEvent(),
      id: `${seed}-${group}-${index}`,
    }));
    const { events: appended } = await p.log.appendAll(events);
    say(`ack ${appended.map(({ id }) => id).join(' ')}`);
    await delay(below(4));
  }
}

function anyEvent(): LedgerEvent {
  const kind = below(20);
  if (kind === 0) return noted(`note ${below(1000)}`);
  if (kind < 3) return opened(`late-${seed}-${below(1e9)}`, `owner ${below(20)}`);
  return deposited(`account-${below(500)}`, below(100));
}

async function commandForEver(): Promise<never> {
  for (;;) {
    await delay(below(150));
    const name = projections[below(projections.length)]?.name ?? '';
    const command = below(5) === 0 ? 'rollback' : 'rebuild';
    say(`asks ${command} ${name}`);
    // There may be nothing to roll back to, and a command may be given up for the next one.
    await p[command](name).catch(() => {});
  }
}
