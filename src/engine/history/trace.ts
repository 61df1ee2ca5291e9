import { ProjectionistError } from '../../errors.ts';
import type { LoadedProjection } from '../../projection/load.ts';
import type { ViewDescription } from '../../projection/program.ts';
import { type AsideOptions, runAside } from '../aside/run-aside.ts';
import type { LiveGeneration } from '../engine.ts';
import { errorPolicy } from '../apply/error-policy.ts';
import type { Condition, KeyValue } from './change-recorder.ts';
import type { RowTrace } from './trace-row.ts';

export interface TraceRequest {
  /** The data folder. */
  readonly data: string;
  readonly log: { readonly path: string; readonly id: string };
  readonly live: LiveGeneration;
  readonly loaded: LoadedProjection | undefined;
  readonly view: ViewDescription;
  /** Stored values, in the order of the view's primary key. */
  readonly key: readonly KeyValue[];
  /** Which versions of the row may be shown; all where it is left out. */
  readonly visible?: Condition | undefined;
}

/** What events did to one row of a live view. Throws QUERY_INVALID for a view without a key or a key of another length. */
export function trace(request: TraceRequest, options: Omit<AsideOptions, 'loaded'>): Promise<RowTrace> {
  const { data, log, live, loaded, view, key, visible } = request;
  requireKey(view, key);
  const { program, path } = live;
  const row = { name: view.name, key, visible };
  // A condition that looks at other rows needs them to be there.
  const stream = /\bselect\b/i.test(visible?.sql ?? '') ? undefined : streamOf(request);
  const task = { data, log, program, policy: errorPolicy(loaded, []), path, row, stream };
  return runAside('trace', task, { ...options, loaded });
}

/** The value of the key's column that is always the stream. */
function streamOf({ live: { program }, view, key }: TraceRequest): string | undefined {
  const scope = program.streamScopes?.[view.name];
  if (scope === undefined || !('column' in scope)) return undefined;
  const value = key[view.primaryKey.indexOf(scope.column)];
  return typeof value === 'string' ? value : undefined;
}

function requireKey({ name, primaryKey }: ViewDescription, key: readonly unknown[]): void {
  if (primaryKey.length > 0 && key.length === primaryKey.length) return;
  throw primaryKey.length === 0
    ? new ProjectionistError('QUERY_INVALID', `${name} has no primary key to name a row by`, {
        hint: 'Declare one, and its rows can be traced.',
      })
    : new ProjectionistError('QUERY_INVALID', `A row of ${name} is named by ${primaryKey.join(', ')}`, {
        hint: `Give ${primaryKey.length === 1 ? 'one value' : `${primaryKey.length} values, in that order`}.`,
        evidence: { expected: primaryKey.length, actual: key.length },
      });
}
