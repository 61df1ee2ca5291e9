import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from './caller.ts';
import type { TokenSettings } from './settings.ts';

/** The tokens of the settings, known by their SHA-256 digests alone. */
export class StaticTokens {
  readonly #known: readonly { readonly digest: Buffer; readonly caller: Caller }[];

  constructor(tokens: readonly TokenSettings[]) {
    this.#known = tokens.map(({ name, token, tokenHash, scopes, claims = {} }) => ({
      digest: token === undefined ? Buffer.from(tokenHash as string, 'hex') : digestOf(token),
      caller: Object.freeze({ name, scopes: new Set(scopes), claims: Object.freeze({ ...claims }) }),
    }));
  }

  /** Compares with every token in constant time, so that how long it takes tells nothing. */
  find(token: string): Caller | undefined {
    const digest = digestOf(token);
    let found: Caller | undefined;
    for (const { digest: known, caller } of this.#known) if (timingSafeEqual(digest, known)) found ??= caller;
    return found;
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
