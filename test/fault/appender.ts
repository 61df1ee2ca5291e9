/** A process of its own that appends: `node appender.ts DATA COUNT`, with its own connection to the log. */
import { join } from 'node:path';
import { EventLog } from '../../src/event-log/event-log.ts';
import { deposited } from '../engine/ledger.ts';

const [data = '', count = '1'] = process.argv.slice(2);
const log = EventLog.open(join(data, 'log.db'));
for (let index = 0; index < Number(count); index += 1) await log.appendAll([deposited('account-0', 1)]);
process.stdout.write(`${log.head()}\n`);
await log.close();
