import { ProjectionistError } from '../errors.ts';
import type { ProjectionKeeper } from './projection-keeper.ts';

/** What an operation takes beside the projection, as JSON. */
export type OperationOptions = Readonly<Record<string, unknown>>;

/** Carries an operation out; resolves with its answer, which is JSON. */
type Operation = (keeper: ProjectionKeeper, options: OperationOptions) => Promise<object>;

/** Everything that can be asked of a projection: over HTTP, by another process, or by the program that embeds the engine. */
const OPERATIONS = {
  rebuild: async (keeper) => ({ generation: (await keeper.rebuild()).generation.number }),
  rollback: async (keeper) => ({ generation: (await keeper.rollback()).generation.number }),
} satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;

/** The operation of that name. Throws USAGE where there is none. */
export function operationNamed(name: string): Operation {
  if (Object.hasOwn(OPERATIONS, name)) return OPERATIONS[name as OperationName];
  throw new ProjectionistError('USAGE', `There is no operation ${name}`, {
    hint: `Known are ${Object.keys(OPERATIONS).join(', ')}; a newer projectionist may know more.`,
  });
}
