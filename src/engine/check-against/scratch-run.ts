import type { ProjectionistError } from '../../errors.ts';
import type { CompiledProjection } from '../../projection/compile.ts';
import type { OnError } from '../../projection/define.ts';
import { BatchSize } from '../apply/batch-size.ts';
import { isTooNew } from '../apply/faults.ts';
import { connectFeed, deleteGeneration, openGeneration } from '../generations/generation-file.ts';
import { codeOf } from '../apply/program-code.ts';
import { type Parked, Projector } from '../apply/projector.ts';
import type { Findings } from './findings.ts';

/** How far a program went through the log. */
export interface ScratchResult {
  readonly projection: string;
  readonly position: number;
  /** Partitions that have an event which cannot be applied, and the later events that would wait behind it. */
  readonly parked: number;
  readonly waiting: number;
  /** What the projection does about such an event. */
  readonly onError: OnError;
  /** Why it went no further; null where it came to the end. */
  readonly stoppedBy: 'too-new' | 'too-many-failures' | null;
}

/** Partitions that may fail before the rest of the log says nothing new. */
const MOST_PARKED = 250;
/** Milliseconds that a batch may take. */
const BUDGET = 100;

export interface ScratchOrder {
  readonly compiled: CompiledProjection;
  /** Where the views are built; the file is deleted afterwards. */
  readonly path: string;
  readonly log: { readonly path: string; readonly id: string };
  /** The last position to apply. */
  readonly to: number;
  readonly findings: Findings;
}

/**
 * Applies the log to a scratch generation by the projector that would apply it in earnest, parking what cannot be
 * applied. Yields the position after each batch.
 */
export function* runOnScratch(order: ScratchOrder): Generator<number, ScratchResult> {
  const { compiled, path, log, to, findings } = order;
  const { program } = compiled;
  const db = openGeneration(path, program, log.id, 'bulk');
  try {
    connectFeed(db, program, log.path);
    // Parked even where the projection would stop, so that one failure does not hide the others.
    const policy = { onError: 'park', parkLimit: 1, decisions: [] } as const;
    const projector = new Projector(db, program, codeOf(compiled), policy);
    const stoppedBy = yield* applyAll(projector, to, (failure) =>
      findings.add({ projection: program.projection, ...failure }),
    );
    const letters = db.prepare('SELECT count(*) FROM projectionist_letters').pluck().get() as number;
    const { position, parked } = projector;
    const { onError } = compiled.definition;
    return {
      projection: program.projection,
      position,
      parked,
      waiting: letters - parked,
      onError,
      stoppedBy,
    };
  } finally {
    db.close();
    deleteGeneration(path);
  }
}

type ProgramFailure = Omit<Parameters<Findings['add']>[0], 'projection'>;

function* applyAll(
  projector: Projector,
  to: number,
  report: (failure: ProgramFailure) => void,
): Generator<number, ScratchResult['stoppedBy']> {
  const batch = new BatchSize(BUDGET);
  const share = projector.share(to);
  while (projector.position < to) {
    const started = performance.now();
    try {
      projector.applyOrPark(Math.min(to, projector.position + batch.size), share, (parked) =>
        report(failureOf(parked)),
      );
    } catch (error) {
      if (!isTooNew(error)) throw error;
      report(failureOf(tooNewEvent(error as ProjectionistError)));
      return 'too-new';
    }
    batch.learn(performance.now() - started);
    if (projector.parked > MOST_PARKED) return 'too-many-failures';
    yield projector.position;
  }
  return null;
}

function tooNewEvent({ message, evidence }: ProjectionistError): Pick<Parked, 'position' | 'error'> {
  return { position: evidence.position ?? 0, error: { code: 'EVENT_SCHEMA_NEWER', message, evidence } };
}

function failureOf({ position, error }: Pick<Parked, 'position' | 'error'>): ProgramFailure {
  const eventType = error.evidence?.eventType ?? null;
  // Type and place stand beside it; the place would make every event a reason of its own.
  const reason = error.message.replace(/^\S+ at position \d+ (cannot be applied: )?/, '');
  return {
    eventType,
    reason: reason.startsWith(`${eventType} `) ? reason.slice(`${eventType} `.length) : reason,
    position,
    eventId: error.evidence?.eventId ?? null,
  };
}
