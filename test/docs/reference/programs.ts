import { describeProgram } from '../../../src/projection/describe-program.ts';
import { compileDefinitions } from '../../../src/projection/load.ts';
import ordersProjection from '../patterns/orders.ts';

/** The compiled program of the first pattern, as `projectionist explain` prints its statements. */
export function firstProgram(): string {
  const [loaded] = compileDefinitions([ordersProjection]).projections;
  if (loaded === undefined) throw new Error('The pattern does not compile');
  const { tables, statements } = describeProgram(loaded.compiled.program);
  return `\`\`\`sql\n${[...tables, ...statements].map((sql) => `${sql};`).join('\n\n')}\n\`\`\``;
}
