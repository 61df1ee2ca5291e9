import type { ErrorReport } from '../../errors.ts';

/** Something that happened to a projection, for whoever shows or records it. */
export type Notice =
  | {
      readonly kind: 'build-started';
      readonly projection: string;
      readonly generation: number;
      /** Why it is built: 'new', 'asked for', or what changed. */
      readonly reasons: readonly string[];
      /** The position from which an interrupted build goes on; 0 for a new one. */
      readonly from: number;
    }
  | { readonly kind: 'verifying'; readonly projection: string; readonly generation: number }
  | {
      readonly kind: 'went-live';
      readonly projection: string;
      readonly generation: number;
      readonly position: number;
      /** Streams that it leaves out. */
      readonly parked: number;
      readonly seconds: number;
    }
  | {
      readonly kind: 'resumed';
      readonly projection: string;
      readonly generation: number;
      readonly position: number;
      readonly parked: number;
    }
  | {
      readonly kind: 'waiting';
      readonly projection: string;
      readonly generation: number;
      readonly error: ErrorReport;
    }
  | {
      readonly kind: 'stopped';
      readonly projection: string;
      readonly generation: number;
      readonly error: ErrorReport;
    }
  | {
      readonly kind: 'parked';
      readonly projection: string;
      readonly generation: number;
      readonly partition: string;
      /** Of the event that cannot be applied. */
      readonly position: number;
      readonly error: ErrorReport;
    }
  | {
      readonly kind: 'kept';
      readonly projection: string;
      readonly generation: number;
      readonly reason: string;
    }
  | { readonly kind: 'orphaned'; readonly projection: string };

export type Announce = (notice: Notice) => void;
