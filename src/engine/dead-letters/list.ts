import { join } from 'node:path';
import { ProjectionistError } from '../../errors.ts';
import type { RecordedEvent } from '../../event-log/event.ts';
import { Catalog } from '../catalog.ts';
import type { Decision } from './decision.ts';
import { notParked } from './not-parked.ts';
import { type ParkedPartition, readParked, readPartition } from './read.ts';
import { didYouMean } from '../../nearest.ts';

/** A projection's dead letters, and what was decided about them so far. */
export interface DeadLetters {
  readonly projection: string;
  /** The live generation; null before the first. */
  readonly generation: number | null;
  readonly parked: readonly ParkedPartition[];
  readonly decisions: readonly Decision[];
}

export interface PartitionLetters extends ParkedPartition {
  /** The first of them, as they stand in the log. */
  readonly letters: readonly RecordedEvent[];
}

/** Finds an event of the log by its position. */
export type EventAt = (position: number) => RecordedEvent | undefined;

/** Parked partitions in one answer at most. */
const LISTED = 1_000;
const SHOWN_LETTERS = 100;

/** Looks at the files of a data folder, whoever works on it. Throws PROJECTION_UNKNOWN. */
export function listDeadLetters(data: string, projection: string): DeadLetters {
  return withCatalog(data, projection, (catalog, live) => ({
    projection,
    generation: live?.number ?? null,
    parked: live === undefined ? [] : readParked(join(data, live.file), LISTED),
    decisions: catalog.decisions.of(projection).filter(({ kind }) => kind !== 'rebuild'),
  }));
}

/** One parked partition with its first letters. Throws NOT_PARKED and PROJECTION_UNKNOWN. */
export function showDeadLetters(
  data: string,
  projection: string,
  partition: string,
  eventAt: EventAt,
): PartitionLetters {
  const found = withCatalog(data, projection, (_, live) =>
    live === undefined ? undefined : readPartition(join(data, live.file), partition, SHOWN_LETTERS),
  );
  if (found === undefined) throw notParked(projection, partition);
  return { ...found.parked, letters: found.positions.flatMap((position) => eventAt(position) ?? []) };
}

type LiveFile = { readonly number: number; readonly file: string } | undefined;

function withCatalog<T>(data: string, projection: string, read: (catalog: Catalog, live: LiveFile) => T): T {
  const catalog = new Catalog(join(data, 'catalog.db'));
  try {
    const known = catalog.projections();
    if (!known.includes(projection))
      throw new ProjectionistError('PROJECTION_UNKNOWN', `There is no projection ${projection}`, {
        hint: `${didYouMean(projection, known)}There are: ${known.join(', ') || 'none'}.`,
        evidence: { projection },
      });
    return read(catalog, catalog.find(projection, 'live'));
  } finally {
    catalog.close();
  }
}
