import type { Source } from './services.ts';

/** How fresh what a source answers is, as headers say it. `head` is the last position of the log. */
export function freshness(source: Source, head: number): Record<string, string> {
  const { position, generation } = source;
  return {
    'Projection-Position': String(position),
    'Projection-Lag': String(Math.max(0, head - position)),
    ...(generation !== null && { 'Projection-Generation': generationName(source) }),
  };
}

export function generationName({ projection, generation }: Source): string {
  return `${projection}-${generation}`;
}
