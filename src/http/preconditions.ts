import type { Context } from 'hono';
import { ProjectionistError } from '../errors.ts';
import type { ExpectedVersion } from '../event-log/writer.ts';

/**
 * The version that a stream must have for an append (RFC 9110, section 13): `If-Match: "3"` asks for version 3,
 * `If-None-Match: *` for a stream that is new, `If-Match: *` for one that is there. The tag is the version itself, so one
 * that compression has weakened on its way is as good. Throws REQUEST_INVALID for any other tag, and VERSION_CONFLICT.
 */
export function expectedVersion(c: Context, stream: string, version: () => number): ExpectedVersion {
  const match = c.req.header('If-Match');
  const noneMatch = c.req.header('If-None-Match');
  if (match !== undefined && noneMatch !== undefined)
    throw invalid('If-Match and If-None-Match exclude each other', 'Send one of them.');
  if (noneMatch !== undefined) {
    if (noneMatch.trim() === '*') return 'none';
    throw invalid(
      `If-None-Match: ${noneMatch} has no meaning for an append`,
      'Write If-None-Match: *, for a new stream.',
    );
  }
  if (match === undefined) return undefined;
  if (match.trim() === '*') return existing(stream, version());
  const tag = /^\s*(?:W\/)?"?(\d{1,15})"?\s*$/.exec(match)?.[1];
  if (tag !== undefined) return Number(tag);
  throw invalid(
    `If-Match: ${match} is no version`,
    'Write If-Match: "3", with the number of events that the stream has.',
  );
}

/** Refuses what only makes sense for one stream. */
export function refusePreconditions(c: Context): void {
  if (c.req.header('If-Match') === undefined && c.req.header('If-None-Match') === undefined) return;
  throw invalid('Only a stream has a version to match', 'Append with POST /streams/<stream>.');
}

/** True when one of the tags of If-None-Match is `tag`, by weak comparison (RFC 9110, section 13.1.2). */
export function matches(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const opaque = tag.replace(/^W\//, '');
  return [...ifNoneMatch.matchAll(/"[^"]*"/g)].some(([candidate]) => candidate === opaque);
}

/** A stream once begun is never gone, so there is no race to lose. */
function existing(stream: string, version: number): undefined {
  if (version > 0) return undefined;
  throw new ProjectionistError('VERSION_CONFLICT', 'There is no such stream yet', {
    hint: 'Leave If-Match out, or begin it with If-None-Match: *.',
    evidence: { stream, actual: 0 },
  });
}

function invalid(message: string, hint: string): ProjectionistError {
  return new ProjectionistError('REQUEST_INVALID', message, { hint });
}
