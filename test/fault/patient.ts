/**
 * Runs the projection that has faults, in a process of its own: `node patient.ts DATA`. A message is
 * `{ append: [owner…] }`, `{ operate: 'pause' }` or `{}`; each is answered with the status, the answer of GET /readyz and
 * the rows.
 */
import { join } from 'node:path';
import { createProjectionist } from '../../src/create-projectionist.ts';
import type { ProjectionStatus } from '../../src/engine/states/status.ts';

export interface Asked {
  readonly append?: readonly string[];
  readonly operate?: 'pause' | 'resume' | 'reset';
}

export interface Answered {
  readonly status: ProjectionStatus;
  readonly ready: { readonly code: number; readonly reason: string | null };
  readonly owners: readonly string[];
  /** The code of what an operation was refused with. */
  readonly refused: string | null;
}

const [data = ''] = process.argv.slice(2);
const p = await createProjectionist({ data, projections: join(import.meta.dirname, 'faulty') });
p.start();
process.on('message', (asked: Asked) => void answer(asked).then((answered) => process.send?.(answered)));
process.on('disconnect', () => void p.close());
process.send?.('started');

async function answer({ append, operate }: Asked): Promise<Answered> {
  if (append !== undefined)
    await p.log.appendAll(append.map((owner) => ({ stream: owner, type: 'owner.seen', data: { owner } })));
  let refused: string | null = null;
  if (operate !== undefined) {
    const response = await p.app.request(`/projections/seen/${operate}`, { method: 'POST' });
    if (!response.ok) refused = ((await response.json()) as { code: string }).code;
  }
  const ready = await p.app.request('/readyz');
  const { projections } = (await ready.json()) as { projections: { reason: string | null }[] };
  const view = await p.app.request('/views/seen?select=owner&order=position');
  const rows = view.ok ? ((await view.json()) as { owner: string }[]) : [];
  return {
    status: p.status()[0] as ProjectionStatus,
    ready: { code: ready.status, reason: projections[0]?.reason ?? null },
    owners: rows.map(({ owner }) => owner),
    refused,
  };
}
