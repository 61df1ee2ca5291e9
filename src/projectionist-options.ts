import type { Announce } from './engine/states/notice.ts';
import type { HttpSettings } from './http/settings.ts';
import type { Projection } from './projection/define.ts';
import type { OnIncident } from './signals/incident.ts';
import type { ViewSettings } from './view-settings.ts';

export interface ProjectionistOptions extends HttpSettings, ViewSettings {
  /** The data folder; made where it is missing. Default `data`. */
  readonly data?: string;
  /** A folder of definition files, or the definitions themselves. Default `projections`. */
  readonly projections?: string | readonly Projection[];
  /** Rows in an answer at most; default 1000. */
  readonly maxRows?: number;
  /** Whether queries may select `count()`, `sum()`, `avg()`, `min()` and `max()`; default false. */
  readonly aggregates?: boolean;
  readonly now?: () => Date;
  /** Whether other processes may ask this one for rebuilds and rollbacks through the data folder; default true. */
  readonly takesCommands?: boolean;
  /** Hears what happens to projections: builds, swaps, failures. */
  readonly announce?: Announce;
  /** Hears of requests that failed on the server's side, and of slow queries. */
  readonly onIncident?: OnIncident;
  /** Hears of faults that no caller could be told of. Default: they are printed on standard error. */
  readonly onFault?: (error: unknown) => void;
}
