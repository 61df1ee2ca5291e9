import { readFileSync } from 'node:fs';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from 'jose';
import { ProjectionistError } from '../errors.ts';
import type { Caller } from './caller.ts';
import { type JwtSettings, type Scope, SCOPES } from './settings.ts';

/** Seconds that the clocks of issuer and server may differ by. */
const CLOCK_TOLERANCE = 5;
/** Never both kinds at once: with a public key taken for a shared secret, anybody could sign (RFC 8725, section 3.1). */
const ALGORITHMS_OF_SECRET = ['HS256', 'HS384', 'HS512'];
const ALGORITHMS_OF_KEYS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
];

/** Verifies JSON Web Tokens (RFC 7519), and reads scopes and claims out of them. */
export class JsonWebTokens {
  readonly #key: Uint8Array | JWTVerifyGetKey;
  readonly #options: JWTVerifyOptions;
  readonly #usualScopes: readonly Scope[];

  /** Throws CONFIG_INVALID where the file of keys cannot be read, or an algorithm does not suit the key. */
  constructor(settings: JwtSettings) {
    const { issuer, audience, algorithms, scopes = [] } = settings;
    const suitable = settings.secret === undefined ? ALGORITHMS_OF_KEYS : ALGORITHMS_OF_SECRET;
    const unsuitable = algorithms?.find((algorithm) => !suitable.includes(algorithm));
    if (unsuitable !== undefined)
      throw new ProjectionistError('CONFIG_INVALID', `auth.jwt: ${unsuitable} does not suit the key`, {
        hint: `Here it may be ${suitable.join(', ')}.`,
      });
    this.#key = keyOf(settings);
    this.#usualScopes = scopes;
    this.#options = {
      algorithms: algorithms ?? suitable,
      clockTolerance: CLOCK_TOLERANCE,
      // A token that never ends could not be taken back.
      requiredClaims: ['exp'],
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
    };
  }

  /** Undefined for a token that is not good. Throws KEYS_UNAVAILABLE where nobody can say. */
  async verify(token: string): Promise<Caller | undefined> {
    try {
      const { payload } =
        typeof this.#key === 'function'
          ? await jwtVerify(token, this.#key, this.#options)
          : await jwtVerify(token, this.#key, this.#options);
      return {
        name: payload.sub ?? 'a token without a subject',
        scopes: this.#scopesIn(payload),
        claims: payload,
      };
    } catch (error) {
      if (isTokensFault(error)) return undefined;
      throw new ProjectionistError('KEYS_UNAVAILABLE', 'The keys to check the token with cannot be had', {
        hint: 'Ask again soon; the operator should check auth.jwt.jwksUrl.',
        cause: error,
      });
    }
  }

  /** `scope` between spaces (RFC 8693, section 4.2), or a list in `scopes` or `scp`. */
  #scopesIn(payload: JWTPayload): ReadonlySet<Scope> {
    const named = payload['scope'] ?? payload['scopes'] ?? payload['scp'];
    if (named === undefined) return new Set(this.#usualScopes);
    const words: unknown[] = typeof named === 'string' ? named.split(' ') : Array.isArray(named) ? named : [];
    return new Set(SCOPES.filter((scope) => words.includes(scope)));
  }
}

function keyOf({ secret, jwksUrl, jwksFile }: JwtSettings): Uint8Array | JWTVerifyGetKey {
  if (secret !== undefined) return new TextEncoder().encode(secret);
  if (jwksUrl !== undefined) return createRemoteJWKSet(new URL(jwksUrl));
  try {
    return createLocalJWKSet(JSON.parse(readFileSync(jwksFile as string, 'utf8')) as JSONWebKeySet);
  } catch (error) {
    throw new ProjectionistError(
      'CONFIG_INVALID',
      `auth.jwt.jwksFile: ${jwksFile} cannot be read as a JWK Set`,
      {
        hint: 'It must hold {"keys": [ … ]} (RFC 7517).',
        cause: error,
      },
    );
  }
}

/** What jose finds wrong with a token, in contrast to what keeps it from looking. */
function isTokensFault(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return false;
  return error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC';
}
