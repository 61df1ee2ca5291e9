import { ProjectionistError } from '../../errors.ts';
import type { DecisionRequest } from '../dead-letters/decide.ts';
import type { AsideProgress } from '../aside/job.ts';
import type { ProjectionKeeper } from '../generations/projection-keeper.ts';
import { checkRequest, isRequest } from '../states/states.ts';

/** What an operation takes beside the projection, as JSON. */
export type OperationOptions = Readonly<Record<string, unknown>>;

/** Carries an operation out; resolves with its answer, which is JSON. */
type Operation = (
  keeper: ProjectionKeeper,
  options: OperationOptions,
  onProgress?: (progress: AsideProgress) => void,
) => Promise<object>;

/** Everything that can be asked of a projection: over HTTP, by another process, or by the program that embeds the engine. */
const OPERATIONS = {
  rebuild: async (keeper, options) => {
    const stream = wordsIn(options, 'stream');
    const verify = isAsked(options, 'verify');
    if (stream !== null && !verify) return keeper.rebuildStream(stream);
    if (stream !== null) throw notBoth();
    return { generation: (await keeper.rebuild(verify)).generation.number };
  },
  rollback: async (keeper) => ({ generation: (await keeper.rollback()).generation.number }),
  reset: async (keeper) => ({ generation: (await keeper.reset()).generation.number }),
  pause: async (keeper, options) => ({
    paused: await keeper.pause(wordsIn(options, 'by'), wordsIn(options, 'reason')),
  }),
  resume: async (keeper) => {
    keeper.resume();
    return { state: keeper.status().state };
  },
  retry: (keeper, options) => keeper.decide({ kind: 'retry', ...asked(options) }),
  discard: (keeper, options) => keeper.decide({ kind: 'discard', ...asked(options) }),
  verify: async (keeper, _, onProgress) => keeper.verify({ onProgress }),
} satisfies Record<string, Operation>;

function asked({ partition, reason, by }: OperationOptions): Omit<DecisionRequest, 'kind'> {
  return {
    partition: String(partition),
    reason: typeof reason === 'string' ? reason : undefined,
    by: typeof by === 'string' ? by : undefined,
  };
}

export type OperationName = keyof typeof OPERATIONS;

/** The operation of that name, as far as the projection's state allows it. Throws USAGE where there is none. */
export function operationNamed(name: string): Operation {
  if (Object.hasOwn(OPERATIONS, name))
    return async (keeper, options, onProgress) => {
      if (isRequest(name)) checkRequest(keeper.name, keeper.status().state, name);
      return OPERATIONS[name as OperationName](keeper, options, onProgress);
    };
  throw new ProjectionistError('USAGE', `There is no operation ${name}`, {
    hint: `Known are ${Object.keys(OPERATIONS).join(', ')}; a newer projectionist may know more.`,
  });
}

function notBoth(): ProjectionistError {
  return new ProjectionistError(
    'USAGE',
    'One stream is rebuilt in the live generation, which verify cannot keep back',
    {
      hint: 'Leave one of the two out.',
    },
  );
}

/** The longest text that is kept of what somebody says, in characters. */
const LONGEST_TEXT = 500;

/** A yes or no among the options; no where it is missing. Throws USAGE. */
function isAsked(options: OperationOptions, name: string): boolean {
  const value = options[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw new ProjectionistError('USAGE', `${name} must be true or false`, { evidence: { field: name } });
}

/** A text among the options; null where it is missing. Throws USAGE. */
function wordsIn(options: OperationOptions, name: string): string | null {
  const value = options[name] ?? null;
  if (value === null || (typeof value === 'string' && value.length <= LONGEST_TEXT)) return value;
  throw new ProjectionistError('USAGE', `${name} must be a text of at most ${LONGEST_TEXT} characters`, {
    evidence: { field: name },
  });
}
