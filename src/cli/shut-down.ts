import { ProjectionistError } from '../errors.ts';
import type { RunningServer } from '../http/serve.ts';
import type { Projectionist } from '../projectionist.ts';

/** What is to be ended, in this order; what was never begun is undefined. */
export interface Running {
  readonly projectionist: Projectionist;
  readonly server: RunningServer | undefined;
}

/**
 * Ends in good order: streams are told to come again, open requests are answered, batches committed, files closed. Throws
 * SHUTDOWN_TIMEOUT with what is still open after so many seconds; a process that ends then loses nothing that was
 * acknowledged, as after any kill.
 */
export async function shutDown({ projectionist, server }: Running, seconds: number): Promise<void> {
  let open = (): string[] => server?.openRequests() ?? [];
  const ending = (async () => {
    projectionist.endStreams();
    await server?.close();
    open = () => stillWorking(projectionist);
    await projectionist.close();
  })();
  const { promise: limit, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(timeout(seconds, open())), seconds * 1000);
  try {
    await Promise.race([ending, limit]);
  } finally {
    clearTimeout(timer);
  }
}

function stillWorking(projectionist: Projectionist): string[] {
  const busy = projectionist.status().filter(({ build, lag }) => build !== null || lag > 0);
  return busy.map(({ name, build }) => (build === null ? `a batch of ${name}` : `the build of ${name}`));
}

const SHOWN = 5;

function timeout(seconds: number, open: readonly string[]): ProjectionistError {
  const more = open.length > SHOWN ? ` and ${open.length - SHOWN} more` : '';
  const list = open.length === 0 ? 'files' : open.slice(0, SHOWN).join(', ') + more;
  return new ProjectionistError(
    'SHUTDOWN_TIMEOUT',
    `Ended after ${seconds} seconds with something still open: ${list}`,
    {
      hint: 'Nothing that was acknowledged is lost. Raise --shutdown-seconds if such work is to be waited for.',
    },
  );
}
