import { z } from 'zod';
import type { ScanLimits } from './query/scans/scans.ts';

const count = z.number().int().positive();

/** Settings of time travel, of live answers and of scans, as a settings file or a caller may give them. */
export const viewSettings = z.strictObject({
  copies: z
    .strictObject({
      count: count.optional().describe('copies of earlier positions that are kept'),
      bytes: count.optional().describe('bytes that they may take together'),
      builds: count.optional().describe('copies that are built at once'),
    })
    .optional()
    .describe('copies of views as of earlier positions'),
  live: z
    .strictObject({
      readers: count.optional().describe('live answers at once, and streams of events at once'),
      heartbeat: count.optional().describe('milliseconds between two signs of life'),
      resume: count.optional().describe('milliseconds for computing what a reader has missed'),
      linger: count
        .optional()
        .describe('milliseconds that a query is kept up to date for readers that reconnect'),
      characters: count.optional().describe('characters of rows and changes that live answers keep together'),
    })
    .optional()
    .describe('answers that are kept up to date'),
  scans: z
    .strictObject({
      rows: z
        .number()
        .int()
        .nonnegative()
        .optional()
        .describe('rows of a view from which on a query that may read them all is a scan'),
      readers: count.optional().describe('scans that run at once, each in a process of its own'),
      queue: count.optional().describe('scans that wait at once'),
      timeout: count.optional().describe('milliseconds that a scan may run'),
    })
    .optional()
    .describe('queries that may read a whole view'),
  slowQuerySeconds: z
    .number()
    .positive()
    .optional()
    .describe('seconds from which on a query is reported as slow'),
});

export type ViewSettings = z.infer<typeof viewSettings>;

export interface CopySettings {
  readonly count: number;
  readonly bytes: number;
  readonly builds: number;
}

export interface LiveSettings {
  readonly readers: number;
  readonly heartbeat: number;
  readonly resume: number;
  readonly linger: number;
  readonly characters: number;
}

/** Every default of `scans`: a processor is left for everything else. */
export function scanSettings({ scans = {} }: ViewSettings, processors: number): ScanLimits {
  const usual = Math.min(2, Math.max(1, processors - 1));
  const { rows = 10_000, readers = usual, queue = 64, timeout = 10_000 } = scans;
  return { rows, readers, queue, timeout };
}

/** Every default of `copies`: at most 16 of them and 2 GiB, two built at once. */
export function copySettings({ copies = {} }: ViewSettings): CopySettings {
  const { count = 16, bytes = 2 ** 31, builds = 2 } = copies;
  return { count, bytes, builds };
}

/** Every default of `live`. */
export function liveSettings({ live = {} }: ViewSettings): LiveSettings {
  const { readers = 5000, heartbeat = 15_000, resume = 5000, linger = 30_000 } = live;
  const { characters = 256 * 1024 * 1024 } = live;
  return { readers, heartbeat, resume, linger, characters };
}
