/**
 * One life of a process whose projection has faults: `node doomed.ts DATA threads|objects OWNERS [RETRY]`. It appends what
 * the log lacks of the owners, in the first schema version where VERSION says so, retries a partition, and prints what the projection has come to, if it lives to see that.
 */
import { join } from 'node:path';
import { createProjectionist } from '../../src/create-projectionist.ts';
import seen from './faulty/seen.ts';

const [data = '', where = 'threads', owners = '[]', retry] = process.argv.slice(2);
const isOld = process.env['VERSION'] === '1';
const projections = where === 'threads' ? join(import.meta.dirname, 'faulty') : [seen];
await using p = await createProjectionist({ data, projections });
const missing = (JSON.parse(owners) as string[]).slice(p.log.head());
if (missing.length > 0)
  await p.log.appendAll(
    missing.map((owner) => ({
      stream: owner,
      type: 'owner.seen',
      ...(isOld && owner.includes('-') ? { schemaVersion: 1, data: { name: owner } } : { data: { owner } }),
    })),
  );
process.env['IS_STARTED'] = 'yes';
p.start();
// Where it stops it is not ready; the status says why.
await p.ready().catch(() => {});
if (retry !== undefined) await p.retry('seen', retry);
const view = await p.app.request('/views/seen?select=owner&order=position.desc&limit=3', {
  headers: { Prefer: 'count=exact' },
});
const rows = view.ok ? ((await view.json()) as { owner: string }[]) : [];
process.stdout.write(
  JSON.stringify({
    status: p.status()[0],
    rows: Number(view.headers.get('Content-Range')?.split('/')[1] ?? 0),
    lastOwners: rows.map(({ owner }) => owner),
    parked: p.deadLetters('seen').parked,
  }),
);
