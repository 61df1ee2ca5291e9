import type { SQL } from 'drizzle-orm';
import { ProjectionistError } from '../errors.ts';
import { checkMentions } from './check-mentions.ts';
import type { TracedType } from './compile-handlers.ts';
import { decisionsIn } from './decisions.ts';
import type { Projection } from './define.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { textLiteral } from './literal.ts';
import { nondeterministicPart } from './nondeterminism.ts';
import type { Problems } from './problem.ts';
import { type BlockColumn, referenceWriter } from './render-reference.ts';
import { renderSql } from './render-sql.ts';
import { hasSql, mentionsIn } from './sql-tree.ts';
import { symbolicEvent } from './symbolic-event.ts';

/**
 * The expression by which a projection's events are kept together when one of them is parked, over a row NEW of the
 * log; null for the stream itself. What is wrong with `partitionBy` is added to `problems`.
 */
export function compilePartition(
  { partitionBy }: Projection,
  handlers: readonly TracedType[],
  problems: Problems,
): string | null {
  if (partitionBy === undefined) return null;
  const tree = problems.guard({}, () => tracePartition(partitionBy));
  if (tree === undefined) return null;
  const cases = handlers.map(({ type, definition }) => {
    const context = { tables: new Set(), types: [[type, definition] as const] };
    for (const { message, hint } of checkMentions(mentionsIn(tree), context))
      problems.add({ eventType: type, message: `partitionBy: ${message}`, hint });
    const block = {
      eventType: type,
      schema: jsonSchemaOf(definition.schema),
      columns: new Set<BlockColumn>(),
    };
    return { type, sql: renderSql(tree, referenceWriter(block)) };
  });
  const [first] = cases;
  if (first === undefined || cases.every(({ sql }) => sql === first.sql)) return first?.sql ?? null;
  return `CASE NEW.type ${cases.map(({ type, sql }) => `WHEN ${textLiteral(type)} THEN ${sql}`).join(' ')} END`;
}

function tracePartition(partitionBy: NonNullable<Projection['partitionBy']>): SQL {
  if (typeof partitionBy !== 'function' || decisionsIn(partitionBy).length > 0) throw refused();
  const value = partitionBy(symbolicEvent());
  if (!hasSql(value)) throw refused();
  const tree = value.getSQL();
  const { functions } = mentionsIn(tree);
  if (functions.length > 0 || nondeterministicPart(renderSql(tree, () => '?')) !== undefined) throw refused();
  return tree;
}

function refused(): ProjectionistError {
  return new ProjectionistError('DEFINITION_INVALID', 'partitionBy gives no path of the event', {
    hint: 'Write partitionBy: (e) => e.data.customerId, or an expression in sql`…` without functions of your own.',
  });
}
