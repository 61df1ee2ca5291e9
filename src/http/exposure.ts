import { isIPv4 } from 'node:net';
import { ProjectionistError } from '../errors.ts';
import type { AuthSettings } from './settings.ts';

/**
 * Refuses to let a network in by mistake: beyond this machine there must be tokens, or somebody who says that there need
 * be none. Throws CONFIG_INVALID. Answers a warning where anybody is let in on purpose.
 */
export function checkExposure({
  host,
  auth,
}: {
  readonly host: string;
  readonly auth?: AuthSettings | undefined;
}): string | undefined {
  if (isLoopback(host) || (auth !== undefined && auth !== 'none')) return undefined;
  if (auth === 'none')
    return `Warning: anybody who reaches ${host} may read, append and operate (auth: 'none').`;
  throw new ProjectionistError('CONFIG_INVALID', `Listening on ${host} would let anybody on the network in`, {
    hint: "Set auth in projectionist.config.ts or PROJECTIONIST_TOKENS; or, where a proxy asks for tokens, auth: 'none' or --allow-anonymous.",
  });
}

/** 127.0.0.0/8, ::1 and localhost, which RFC 6761 keeps for this machine. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (isIPv4(name)) return name.startsWith('127.');
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || name === '0:0:0:0:0:0:0:1';
}
