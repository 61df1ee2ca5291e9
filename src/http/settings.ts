import { z } from 'zod';
import type { AskHost } from './host-caller.ts';

/** What a caller may: see, add events, and work on projections. None includes another. */
export const SCOPES = ['read', 'append', 'operate'] as const;
const scope = z.enum(SCOPES).describe('what a token may do');

const token = z
  .strictObject({
    name: z.string().min(1).describe('whose token it is; shown in logs'),
    token: z.string().min(16).optional().describe('the secret itself'),
    tokenHash: z
      .string()
      .regex(/^[\da-f]{64}$/i)
      .optional()
      .describe('SHA-256 of the secret, in hexadecimal'),
    scopes: z.array(scope).min(1).describe('what it may'),
    claims: z.record(z.string(), z.unknown()).optional().describe('what row policies are given'),
  })
  .refine((entry) => (entry.token === undefined) !== (entry.tokenHash === undefined), {
    message: 'give either token or tokenHash',
  });

const jwt = z
  .strictObject({
    secret: z.string().min(32).optional().describe('shared secret of HS256, HS384 or HS512'),
    jwksUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('where the public keys are fetched'),
    jwksFile: z.string().min(1).optional().describe('a file that has them'),
    issuer: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .describe('what `iss` must be'),
    audience: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .describe('what `aud` must be, or hold'),
    algorithms: z
      .array(z.string().regex(/^(HS|RS|PS|ES)(256|384|512)$|^EdDSA$/))
      .min(1)
      .optional()
      .describe('signatures that are taken; those that fit the keys without it'),
    scopes: z.array(scope).optional().describe('scopes of a token that names none'),
  })
  .refine(
    ({ secret, jwksUrl, jwksFile }) =>
      [secret, jwksUrl, jwksFile].filter((key) => key !== undefined).length === 1,
    { message: 'give one of secret, jwksUrl and jwksFile' },
  );

const host = z.strictObject({
  caller: z
    .custom<AskHost>((value) => typeof value === 'function', 'give a function')
    .describe('who sends a request, as the application knows that this one is mounted in'),
  isReadyzOpen: z.boolean().optional(),
});

const auth = z.union([
  z.literal('none'),
  host,
  z
    .strictObject({
      tokens: z.array(token).optional(),
      jwt: jwt.optional(),
      isReadyzOpen: z.boolean().optional().describe('whether /readyz answers without a token'),
    })
    .refine(({ tokens, jwt }) => (tokens?.length ?? 0) > 0 || jwt !== undefined, {
      message: 'give tokens, jwt or both, or caller; auth: "none" lets anybody in',
    }),
]);

const limits = z.strictObject({
  body: z.number().int().positive().describe('bytes of a request body'),
  url: z.number().int().positive().describe('bytes of a URL'),
  wait: z.number().int().positive().describe('seconds that Prefer: wait may ask for'),
  waits: z.number().int().positive().describe('requests that wait for a position at once'),
  requestSeconds: z.number().int().positive().describe('seconds for a request to arrive whole'),
});

/** The settings of the HTTP side. */
export const httpSettings = z.strictObject({
  auth: auth.optional().describe('who may; without it anybody on this machine'),
  cors: z
    .strictObject({
      origins: z.union([z.literal('*'), z.array(z.url())]).describe('such as `https://shop.example`'),
    })
    .optional()
    .describe('the origins whose pages may read; none without it'),
  limits: limits.partial().optional(),
  metrics: z
    .strictObject({ isOpen: z.boolean().describe('whether /metrics answers without a token') })
    .optional(),
});

export type Scope = z.infer<typeof scope>;
export type TokenSettings = z.infer<typeof token>;
export type JwtSettings = z.infer<typeof jwt>;
export type AuthSettings = z.infer<typeof auth>;
export type HttpLimits = z.infer<typeof limits>;
export type HttpSettings = z.infer<typeof httpSettings>;

/** Every default. */
export const USUAL_LIMITS: HttpLimits = Object.freeze({
  body: 16 * 1024 * 1024,
  url: 16 * 1024,
  wait: 30,
  waits: 1000,
  requestSeconds: 60,
});

/** The limits that hold, those of the settings before the usual ones. */
export function limitsOf({ limits = {} }: HttpSettings): HttpLimits {
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  return { ...USUAL_LIMITS, ...Object.fromEntries(given) };
}
