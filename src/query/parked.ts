import type { ViewDescription } from '../projection/program.ts';
import { streamKey } from '../projection/stream-key.ts';
import type { Parameter } from './parse-query.ts';
import type { GenerationReader } from './generation-reader.ts';

/**
 * Whether an answer may lack events, because they wait as dead letters. Exactly told where one row is asked for by its
 * stream; otherwise, any parked partition of the projection may be what it lacks.
 */
export function mayLackEvents(
  reader: GenerationReader,
  view: ViewDescription,
  parameters: readonly Parameter[],
): boolean {
  if (reader.standing.parked === 0) return false;
  const key = streamKey(reader.generation.program, view);
  const asked = key === undefined ? undefined : parameters.find(([name]) => name === key)?.[1];
  if (asked?.startsWith('eq.') !== true) return true;
  return reader.isParked(asked.slice('eq.'.length));
}
