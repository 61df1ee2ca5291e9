import { ProjectionistError } from '../errors.ts';
import { type Scope, SCOPES, type TokenSettings } from './settings.ts';

/**
 * Reads tokens as they stand in an environment variable: `read+append:secret`, several between commas or white space.
 * Throws CONFIG_INVALID, without the text, which holds secrets.
 */
export function tokensInText(text: string): TokenSettings[] {
  const entries = text.split(/[,\s]+/).filter((entry) => entry !== '');
  return entries.map((entry, index) => {
    const colon = entry.indexOf(':');
    const scopes = entry.slice(0, Math.max(0, colon)).split('+');
    if (colon < 1 || !scopes.every((scope) => (SCOPES as readonly string[]).includes(scope)))
      throw new ProjectionistError(
        'CONFIG_INVALID',
        `PROJECTIONIST_TOKENS: entry ${index + 1} cannot be read`,
        {
          hint: `Write scopes and secret like read+append:<secret>; scopes are ${SCOPES.join(', ')}.`,
        },
      );
    return { name: `token ${index + 1}`, token: entry.slice(colon + 1), scopes: scopes as Scope[] };
  });
}
