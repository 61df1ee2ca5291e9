import { randomBytes } from 'node:crypto';

/** Tells this process from all others; the count behind it tells its requests apart. */
const PROCESS = randomBytes(9).toString('base64url');
let count = 0;

/** An id for a request that has brought none: an opaque text, unlike any other. Not a secret, as it can be foreseen. */
export function newRequestId(): string {
  count += 1;
  return `${PROCESS}-${count.toString(36)}`;
}
