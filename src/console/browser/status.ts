export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Where it is, such as at which position. */
  readonly evidence?: { readonly position?: number };
}

export interface BuildStatus {
  readonly generation: number;
  readonly position: number;
  readonly rate: number;
  readonly secondsLeft: number | null;
  readonly error: ErrorReport | null;
}

/** As `GET /projections` answers, as far as the page looks at it. */
export interface Status {
  readonly name: string;
  readonly state: string;
  readonly views: readonly string[];
  readonly generation: number | null;
  readonly programHash: string | null;
  readonly position: number;
  readonly head: number;
  readonly lag: number;
  readonly lagSeconds: number;
  readonly movedAt: string | null;
  readonly error: ErrorReport | null;
  readonly build: BuildStatus | null;
  readonly isRolledBack: boolean;
  readonly parked: number;
  readonly paused: {
    readonly since: string;
    readonly by: string | null;
    readonly reason: string | null;
  } | null;
  readonly retry: { readonly attempt: number; readonly nextAt: string; readonly error: ErrorReport } | null;
}
