import { promisify } from 'node:util';
import { deflate, deflateSync, gzip, gzipSync } from 'node:zlib';
import { parseAccept } from 'hono/utils/accept';
import { THRESHOLD } from './compressed.ts';

/** In the order in which `compressed` prefers them, where a reader likes both as well. */
const ENCODINGS = ['gzip', 'deflate'] as const;

export type Encoding = (typeof ENCODINGS)[number];

/** What an `Accept-Encoding` header has `compressed` do; undefined where it takes none of ours. */
export function encodingOf(accepted: string | undefined): Encoding | undefined {
  if (accepted === undefined || !/gzip|deflate/i.test(accepted)) return undefined;
  const ranges = parseAccept(accepted);
  const weightOf = (name: string) => ranges.find(({ type }) => type.toLowerCase() === name)?.q;
  let best: { encoding: Encoding; weight: number } | undefined;
  for (const encoding of ENCODINGS) {
    const weight = weightOf(encoding) ?? weightOf('*') ?? 0;
    if (weight > (best?.weight ?? 0)) best = { encoding, weight };
  }
  return best?.encoding;
}

export function isWorthCompressing(body: string): boolean {
  // A character takes at least one byte.
  return body.length >= THRESHOLD || Buffer.byteLength(body) >= THRESHOLD;
}

/** Characters that are compressed at once: to have a thread do it would take longer. */
const AT_ONCE = 16 * 1024;
const HERE = { gzip: gzipSync, deflate: deflateSync };
const ASIDE = { gzip: promisify(gzip), deflate: promisify(deflate) };

type Bytes = Uint8Array<ArrayBuffer>;

export function compressedBody(body: string, encoding: Encoding): Bytes | Promise<Bytes> {
  return body.length <= AT_ONCE ? HERE[encoding](body) : ASIDE[encoding](body);
}
