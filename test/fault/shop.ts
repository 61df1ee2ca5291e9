import { onTestFinished } from 'vitest';
import { checkLog, type LogReport } from '../../src/event-log/check-log.ts';
import { type Server, Workspace } from '../cli/support.ts';

/** A project with the sample projections, in a folder that goes with the test. */
export function shop(): Workspace {
  const workspace = new Workspace();
  onTestFinished(() => workspace.remove());
  return workspace;
}

/** A process that ends with the test, if it has not by itself. */
export function mortal(server: Server): Server {
  onTestFinished(async () => {
    server.signal('SIGKILL');
    await server.ended();
  });
  return server;
}

export const registered = (name: string, id?: string) => ({
  ...(id !== undefined && { id }),
  stream: `customer-${name}`,
  type: 'customer.registered',
  data: { name, city: 'London' },
});

/** `count` events as NDJSON, with ids that start with `prefix`; each stream gets several. */
export function lines(prefix: string, count: number): string {
  const events = Array.from({ length: count }, (_, index) =>
    registered(String(index % 50), `${prefix}-${index}`),
  );
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

export function post(url: string, event: object): Promise<Response> {
  return fetch(`${url}/events`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(event),
  });
}

/** The report on a workspace's log, which must be sound. */
export async function soundLog(workspace: Workspace, data = 'data'): Promise<LogReport> {
  const report = await checkLog(workspace.path(data, 'log.db'));
  if (!report.isSound) throw new Error(`The log is not sound: ${JSON.stringify(report.problems)}`);
  return report;
}

export interface Status {
  readonly isRunning: boolean;
  readonly head: number;
  readonly projections: readonly {
    readonly name: string;
    readonly position: number;
    readonly generation: number;
  }[];
}

export function statusOf(workspace: Workspace): Status {
  return JSON.parse(workspace.run(['status', '--json']).out) as Status;
}
