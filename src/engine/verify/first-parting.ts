import { writeExactly } from '../../exact-json.ts';
import type { AsideContext } from '../aside/job.ts';
import type { ScratchFiles } from '../aside/scratch-files.ts';
import { type ChangeBatch, replayChanges } from '../history/replay-changes.ts';
import type { RowChange } from '../history/row-change.ts';
import type { VerifyTask } from './verify-task.ts';

/** Events of a batch: two sizes without a common divisor, so that the two replays end their batches at other events. */
const SPANS = [4099, 8191] as const;

/** The first event of which two replays, side by side, make something else in one of `names`. Undefined where they agree up to `to`. */
export async function firstParting(
  names: readonly string[],
  to: number,
  { program, log, policy }: VerifyTask,
  { code, budget, onProgress, requireGoing }: AsideContext,
  scratch: ScratchFiles,
): Promise<number | undefined> {
  const views = names.map((name) => ({ name }));
  const [one, other] = SPANS.map((span) =>
    oneByOne(
      replayChanges({ path: scratch.path(), program, log, to, views, policy, budget, span }, code),
      (done) => {
        requireGoing();
        onProgress({ phase: 'replaying twice', done, total: to });
      },
    ),
  ) as [Changes, Changes];
  try {
    for (;;) {
      const { value: left } = await one.next();
      const { value: right } = await other.next();
      if (left === undefined && right === undefined) return undefined;
      if (writeExactly(left) !== writeExactly(right))
        return Math.min(left?.position ?? Infinity, right?.position ?? Infinity);
    }
  } finally {
    await one.return(undefined);
    await other.return(undefined);
  }
}

type Changes = AsyncGenerator<RowChange, undefined, undefined>;

async function* oneByOne(
  batches: AsyncGenerator<ChangeBatch, void, undefined>,
  onBatch: (position: number) => void,
): Changes {
  for await (const { position, changes } of batches) {
    onBatch(position);
    yield* changes;
  }
  return undefined;
}
