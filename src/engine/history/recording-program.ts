import type { FeedBlock, Program } from '../../projection/program.ts';

/** The TEMP table of one row that says which event is being applied. */
export const NOW = 'projectionist_now';

/**
 * The same program, which notes the position of each event before it applies it: a trigger on a view's table sees what
 * is written, and not for which event.
 */
export function recordingProgram(program: Program): Program {
  const feedColumns = program.feedColumns.includes('position')
    ? program.feedColumns
    : (['position', ...program.feedColumns] as const);
  const feed = Object.fromEntries(
    Object.entries(program.feed).map(([type, blocks]) => [type, blocks.map(noting)]),
  );
  return { ...program, feedColumns, feed };
}

function noting(block: FeedBlock): FeedBlock {
  if (block.name !== 'feed') return block;
  return { ...block, statements: [`UPDATE ${NOW} SET position = NEW.position`, ...block.statements] };
}
