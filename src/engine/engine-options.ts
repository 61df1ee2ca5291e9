import type { EventLog } from '../event-log/event-log.ts';
import type { Definitions } from '../projection/load.ts';
import type { Announce } from './states/notice.ts';
import type { OnReport } from './generations/succession-context.ts';

export interface EngineOptions {
  /** The data folder. */
  readonly data: string;
  readonly log: EventLog;
  readonly definitions: Definitions;
  readonly now?: () => Date;
  readonly announce?: Announce;
  /** Loads the definitions again, when another process asks for a rebuild. */
  readonly reload?: () => Promise<Definitions>;
  /** Hears of faults that no caller could be told of. */
  readonly onFault?: (error: unknown) => void;
  /** Hears of every report of a generation at work. */
  readonly onReport?: OnReport;
  /** Whether other processes may ask for rebuilds through the data folder; default true. */
  readonly takesCommands?: boolean;
}
