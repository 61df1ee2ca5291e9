/**
 * Runs the projection that has faults, in a process of its own: `node patient.ts DATA`. A message is
 * `{ append: [owner…] }`, `{ operate: 'pause' }` or `{}`; each is answered with the status, the answer of GET /readyz and
 * the rows.
 */
import { join } from 'node:path';
import { createProjectionist } from '../../src/create-projectionist.ts';
import type { DecisionOutcome } from '../../src/engine/dead-letters/decision.ts';
import type { DeadLetters } from '../../src/engine/dead-letters/list.ts';
import type { ProjectionStatus } from '../../src/engine/states/status.ts';
import type { VerificationStatus } from '../../src/engine/verify/verifier.ts';

export interface Asked {
  readonly append?: readonly string[];
  readonly operate?: 'pause' | 'resume' | 'reset' | 'verify';
  /** About the stream of an owner's events. */
  readonly decide?: { readonly kind: 'retry' | 'discard'; readonly partition: string };
}

export interface Answered {
  readonly status: ProjectionStatus;
  readonly ready: { readonly code: number; readonly reason: string | null };
  readonly owners: readonly string[];
  /** The code of what an operation or a decision was refused with. */
  readonly refused: string | null;
  readonly outcome: DecisionOutcome | null;
  readonly deadLetters: DeadLetters;
  readonly verification: VerificationStatus;
}

const [data = ''] = process.argv.slice(2);
const p = await createProjectionist({ data, projections: join(import.meta.dirname, 'faulty') });
p.start();
process.on('message', (asked: Asked) => void answer(asked).then((answered) => process.send?.(answered)));
process.on('disconnect', () => void p.close());
process.send?.('started');

async function answer({ append, operate, decide }: Asked): Promise<Answered> {
  if (append !== undefined)
    await p.log.appendAll(append.map((owner) => ({ stream: owner, type: 'owner.seen', data: { owner } })));
  let refused: string | null = null;
  if (operate !== undefined) {
    const response = await p.app.request(`/projections/seen/${operate}`, { method: 'POST' });
    if (!response.ok) refused = ((await response.json()) as { code: string }).code;
  }
  let outcome: DecisionOutcome | null = null;
  if (decide !== undefined) {
    const path = `/projections/seen/dead-letters/${decide.partition}/${decide.kind}`;
    const body = JSON.stringify({ reason: 'it hangs' });
    const headers = { 'Content-Type': 'application/json' };
    const response = await p.app.request(path, { method: 'POST', headers, body });
    if (response.ok) outcome = (await response.json()) as DecisionOutcome;
    else refused = ((await response.json()) as { code: string }).code;
  }
  const ready = await p.app.request('/readyz');
  const { projections } = (await ready.json()) as { projections: { reason: string | null }[] };
  const verification = await p.app.request('/projections/seen/verification');
  const view = await p.app.request('/views/seen?select=owner&order=position');
  const rows = view.ok ? ((await view.json()) as { owner: string }[]) : [];
  return {
    status: p.status()[0] as ProjectionStatus,
    ready: { code: ready.status, reason: projections[0]?.reason ?? null },
    owners: rows.map(({ owner }) => owner),
    refused,
    outcome,
    deadLetters: p.deadLetters('seen'),
    verification: (await verification.json()) as VerificationStatus,
  };
}
