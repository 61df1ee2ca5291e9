import type { Context } from 'hono';
import { ProjectionistError } from '../errors.ts';
import { parsePrefer, type Preferences } from './prefer.ts';
import type { Services, Source } from './services.ts';
import type { HttpLimits } from './settings.ts';

/** Seconds to wait for a position where the request does not say. */
const USUAL_WAIT = 10;

/**
 * Reading one's own writes: `Prefer: min-position=1234, wait=5` (RFC 7240) holds a request until the projection that it
 * reads shows the position. Never answers early, and never holds it longer than the limit allows.
 */
export class Waiting {
  readonly #services: Services;
  readonly #limits: Pick<HttpLimits, 'wait' | 'waits'>;
  #waits = 0;

  constructor(services: Services, limits: Pick<HttpLimits, 'wait' | 'waits'>) {
    this.#services = services;
    this.#limits = limits;
  }

  /** True once it has waited, or need not; false where the request asks for no position. Throws WAIT_TIMEOUT. */
  async until(c: Context, source: Source): Promise<boolean> {
    const asked = askedWait(parsePrefer(c.req.header('Prefer')));
    if (asked === undefined) return false;
    const { position, seconds } = asked;
    if (source.generation !== null && source.position >= position) return true;
    // A server that stops does not wait: the caller asks the next one.
    const signal = AbortSignal.any([c.req.raw.signal, this.#services.streams.ended]);
    await this.#wait(source.projection, position, Math.min(seconds, this.#limits.wait), signal);
    return true;
  }

  async #wait(projection: string, position: number, seconds: number, signal: AbortSignal): Promise<void> {
    if (this.#waits >= this.#limits.waits) {
      throw new ProjectionistError('TOO_BUSY', `${this.#waits} requests wait for a position already`, {
        hint: 'Ask again soon, or ask without min-position.',
      });
    }
    this.#waits += 1;
    try {
      await this.#services.waitFor(projection, position, seconds * 1000, signal);
    } finally {
      this.#waits -= 1;
    }
  }
}

/** The position that a request asks for, and the seconds that it would wait for it. Throws REQUEST_INVALID. */
export function askedWait(
  preferences: Preferences,
): { readonly position: number; readonly seconds: number } | undefined {
  const wanted = preferences.get('min-position');
  if (wanted === undefined) return undefined;
  const position = whole('min-position', wanted);
  return { position, seconds: whole('wait', preferences.get('wait') ?? String(USUAL_WAIT)) };
}

/** What a caller relies on is not passed over when it cannot be read, as other preferences are. */
function whole(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new ProjectionistError(
    'REQUEST_INVALID',
    `Prefer: ${name}=${text.slice(0, 100)} is no whole number`,
    {
      hint: 'Write Prefer: min-position=1234, wait=5, with the position that the append answered, and seconds.',
      evidence: { field: 'Prefer' },
    },
  );
}
