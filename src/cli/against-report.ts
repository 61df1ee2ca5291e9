import { type AgainstReport, checkAgainst } from '../engine/check-against/check-against.ts';
import type { Finding } from '../engine/check-against/findings.ts';
import type { ScratchResult } from '../engine/check-against/scratch-run.ts';
import { ProjectionistError } from '../errors.ts';
import type { Definitions } from '../projection/load.ts';
import { type Io, line } from './io.ts';
import { grouped } from './numbers.ts';
import { ProgressDisplay } from './progress.ts';

/** Runs the check with a progress bar, which goes where errors go. */
export async function runAgainst(
  io: Io,
  source: string,
  definitions: Definitions,
  sample: number | undefined,
): Promise<AgainstReport> {
  const progress = new ProgressDisplay(io.error);
  try {
    return await checkAgainst(source, definitions, {
      sample,
      onProgress: (state) => progress.show(state),
      signal: io.ended,
    });
  } finally {
    progress.end();
  }
}

/** The report as lines of text. */
export function describeAgainst(io: Io, source: string, report: AgainstReport): void {
  const { head, checked, projections, findings, unknownTypes } = report;
  line(io, `${source}: ${events(head)}, of which ${grouped(checked)} were held against their schemas`);
  for (const { type, events: count } of unknownTypes)
    line(io, `  ${type} is not in the catalogue, and is passed over: ${events(count)}`);
  describeFindings(
    io,
    'catalogue',
    findings.filter(({ projection }) => projection === null),
  );
  for (const result of projections) {
    line(io, `${result.projection}: ${outcome(result)}`);
    describeFindings(
      io,
      undefined,
      findings.filter(({ projection }) => projection === result.projection),
    );
  }
}

function describeFindings(io: Io, title: string | undefined, findings: readonly Finding[]): void {
  if (title !== undefined && findings.length > 0) line(io, `${title}:`);
  for (const { eventType, reason, events: count, position, eventId } of findings) {
    const first =
      eventId === null
        ? `first in line ${grouped(position)}`
        : `first at position ${grouped(position)}, event ${eventId}`;
    line(io, `  ${eventType === null ? '' : `${eventType}: `}${reason}`);
    line(io, `    ${eventType === null ? `${grouped(count)} lines` : events(count)}, ${first}`);
  }
}

function outcome({ position, parked, waiting, onError, stoppedBy }: ScratchResult): string {
  const applied = `applied up to position ${grouped(position)}`;
  const failures = parked === 0 ? ', without a failure' : `; ${wouldBe(parked, waiting, onError)}`;
  if (stoppedBy === null) return applied + failures;
  const reason = stoppedBy === 'too-new' ? 'an event there is too new for it' : 'too many fail to go on';
  return `${applied}${failures}; ${reason}`;
}

function wouldBe(parked: number, waiting: number, onError: ScratchResult['onError']): string {
  const failing = `${grouped(parked)} ${parked === 1 ? 'partition has an event' : 'partitions have events'} that cannot be applied`;
  if (onError === 'stop') return `${failing}, at the first of which it would stop`;
  return `${failing}, and would be parked with ${events(waiting)} behind`;
}

function events(count: number): string {
  return `${grouped(count)} ${count === 1 ? 'event' : 'events'}`;
}

/** Throws CHECK_FAILED where anything fails. */
export function requireNoFindings(source: string, { findings }: AgainstReport): void {
  const [first] = findings;
  if (first === undefined) return;
  const count = findings.length === 1 ? 'one way' : `${findings.length} ways`;
  throw new ProjectionistError(
    'CHECK_FAILED',
    `Events of ${source} fail in ${count} under these definitions`,
    {
      hint: 'Correct schemas, upcasters or handlers until none does: events that are written stay as they are.',
      evidence: {
        projection: first.projection ?? undefined,
        eventType: first.eventType ?? undefined,
        position: first.position,
        eventId: first.eventId ?? undefined,
      },
    },
  );
}
