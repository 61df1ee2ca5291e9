// A process that builds copies until it is killed: see kill.test.ts.
import { join } from 'node:path';
import { buildCopy } from '../../src/engine/as-of/build-copy.ts';
import { EventLog } from '../../src/event-log/event-log.ts';
import { compileDefinitions } from '../../src/projection/load.ts';
import { thingsProjection } from '../live/things.ts';

const [folder = ''] = process.argv.slice(2);
const log = EventLog.open(join(folder, 'log.db'));
const [loaded] = compileDefinitions([thingsProjection()]).projections;
if (loaded === undefined) throw new Error('There is no projection');
const { program } = loaded.compiled;
for (let position = log.head(); position > 0; position -= 1) {
  const path = join(folder, 'copies', `things-${program.hash.slice(0, 8)}-${position}.db`);
  const onProgress = (): void => console.log('progress');
  await buildCopy({ path, position, program, loaded, log, bases: [], onProgress });
}
