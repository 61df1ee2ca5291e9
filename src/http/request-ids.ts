import { randomBytes } from 'node:crypto';

/** Tells this process from all others; the count behind it tells its requests apart. */
const PROCESS = randomBytes(9).toString('base64url');
let count = 0;

/** The id that a request brings along, where Hono's `requestId` would take it. */
export function givenRequestId(header: string | undefined): string | undefined {
  return header !== undefined && /^[\w=-]{1,255}$/.test(header) ? header : undefined;
}

/** An id for a request that has brought none: an opaque text, unlike any other. Not a secret, as it can be foreseen. */
export function newRequestId(): string {
  count += 1;
  return `${PROCESS}-${count.toString(36)}`;
}
