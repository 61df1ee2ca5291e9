/** Runs the projection whose thread dies, in a process without a bundler between a file and what is loaded of it. */
import { join } from 'node:path';
import { createProjectionist } from '../../src/create-projectionist.ts';
import type { Notice } from '../../src/engine/states/notice.ts';

const [data = ''] = process.argv.slice(2);
const notices: Notice[] = [];
const projections = join(import.meta.dirname, 'mortal');
await using p = await createProjectionist({ data, projections, announce: (notice) => notices.push(notice) });
p.start();
const seen = (owner: string) => ({ stream: owner, type: 'owner.seen', data: { owner } });
await p.log.appendAll([seen('a'), seen('deadly-1'), seen('b')]);
await p.ready();
await p.log.appendAll([seen('deadly-2'), seen('c')]);
await p.ready();
const rows = await (await p.app.request('/views/seen')).json();
process.stdout.write(JSON.stringify({ notices, rows, status: p.status()[0] }));
