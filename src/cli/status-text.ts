import type { InspectedProjection, Inspection } from '../engine/inspect.ts';
import { duration, grouped } from './numbers.ts';
import { table } from './table.ts';

/** The most important first: a narrow terminal does without the last ones. */
const HEADS = [
  'projection',
  'state',
  'position',
  'lag',
  'behind for',
  'rate',
  'parked',
  'building',
  'generation',
  'moved',
  'views',
];

export interface StatusTextOptions {
  /** The terminal's columns; undefined for as many as there are. */
  readonly width: number | undefined;
  /** Positions a second by projection, where something watches; the column is left out without them. */
  readonly rates?: ReadonlyMap<string, number>;
}

/** The state of a data folder as text: a line of the log, a table of the projections, and what a table has no room for. */
export function statusText(
  { isRunning, head, projections }: Inspection,
  data: string,
  { width, rates }: StatusTextOptions,
): string {
  const server = isRunning ? 'A process runs its projections.' : 'No process runs its projections.';
  const lines = [`${data}: ${grouped(head)} events. ${server}`];
  if (projections.length > 0) {
    const heads = rates === undefined ? HEADS.filter((each) => each !== 'rate') : HEADS;
    const rows = projections.map((projection) => {
      const cells = cellsOf(projection, head, rates);
      return heads.map((each) => cells[each]);
    });
    lines.push('', table(heads, rows, width));
  }
  const remarks = projections.flatMap((projection) => remarksOn(projection, isRunning));
  if (remarks.length > 0) lines.push('', ...remarks);
  return lines.join('\n');
}

function cellsOf(
  projection: InspectedProjection,
  head: number,
  rates: ReadonlyMap<string, number> | undefined,
): Readonly<Record<string, string>> {
  const { name, state, generation, position, lag, lagSeconds, parked, movedAt, build, views } = projection;
  const rate = rates?.get(name) ?? 0;
  return {
    projection: name,
    state,
    position: grouped(position),
    lag: grouped(lag),
    'behind for': lagSeconds === null || lag === 0 ? '' : duration(lagSeconds),
    rate: rate === 0 ? '' : `${grouped(rate)}/s`,
    parked: grouped(parked),
    building: build === null ? '' : buildText(build, head),
    generation: generation === null ? 'none yet' : String(generation),
    moved: movedAt ?? '',
    views: views.join(', '),
  };
}

function buildText({ generation, position }: { generation: number; position: number }, head: number): string {
  const share = head === 0 ? 1 : position / head;
  const done = Math.round(share * 10);
  return `${generation}: ${'='.repeat(done)}${'.'.repeat(10 - done)} ${Math.floor(share * 100)}%`;
}

/** What a table has no room for: why a projection is not live. */
function remarksOn(
  { name, state, asOf, paused, retry, error }: InspectedProjection,
  isRunning: boolean,
): string[] {
  const remarks = [];
  if (isRunning && state === 'unknown') {
    remarks.push(`${name}: no sign of life ${asOf === null ? 'yet' : `since ${asOf}`}`);
  }
  if (state === 'orphaned')
    remarks.push(`${name}: no definition declares it any more; its generations stay on disk`);
  if (paused !== null) {
    const by = paused.by === null ? '' : ` by ${paused.by}`;
    remarks.push(
      `${name}: paused${by} at ${paused.since}${paused.reason === null ? '' : `: ${paused.reason}`}`,
    );
  }
  if (error !== null) {
    const when = state === 'unknown' && asOf !== null ? ` (as of ${asOf})` : '';
    const again = retry === null ? '' : ` It has failed ${retry.attempt} times; next try at ${retry.nextAt}.`;
    remarks.push(`${name}: ${error.message}${when}${again}`);
    if (error.hint !== undefined) remarks.push(`  Try: ${error.hint}`);
  }
  return remarks;
}
