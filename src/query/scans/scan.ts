import type { ErrorReport } from '../../errors.ts';
import type { Found } from '../asked-query.ts';
import type { SqlValue } from '../fragment.ts';

/** A statement that may read a whole view, as another process can run it. */
export interface Scan {
  /** The generation's file. */
  readonly path: string;
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** What a reader process is told. It answers a scan, and nothing else, with one ScanReply. */
export type ScanMessage =
  | { readonly kind: 'scan'; readonly scan: Scan }
  | { readonly kind: 'forget'; readonly path: string };

export type ScanReply = { readonly found: Found } | { readonly error: ErrorReport };
