import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Meters } from './meters.ts';

/** Milliseconds between two looks at how late a timer is. */
const RESOLUTION = 20;
const QUANTILES = [0.5, 0.99, 1] as const;
const NANOSECONDS = 1e9;

/** Watches the event loop of the thread that it is made on, from `start` on. */
export class EventLoopWatch {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION });

  start(): void {
    this.#delay.enable();
  }

  stop(): void {
    this.#delay.disable();
  }

  /** What was seen since the last call. */
  collect(meters: Meters): void {
    for (const quantile of QUANTILES) {
      const late = this.#delay.percentile(quantile * 100) / NANOSECONDS - RESOLUTION / 1000;
      meters.loopDelay.set({ quantile: String(quantile) }, Math.max(0, late));
    }
    this.#delay.reset();
    meters.loopBusy.reset();
    meters.loopBusy.inc(performance.eventLoopUtilization().active / 1000);
  }
}
