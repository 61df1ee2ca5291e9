/** A query string that encoding leaves as it is. */
const PLAIN = /^[\w.*-]+=[\w.*-]*(?:&[\w.*-]+=[\w.*-]*)*$/;

/** The same address, from the cursor on. A page that a `Range` header cut has its length in the address from there on. */
export function linkToNext(url: string, cursor: string, count: number, isRanged: boolean): string {
  const at = url.indexOf('?');
  const search = at < 0 ? '' : url.slice(at + 1);
  const limit = isRanged ? count : undefined;
  if (!PLAIN.test(search)) return encodedLink(url, cursor, limit);
  const kept = search.split('&').filter((part) => !part.startsWith('offset=') && !part.startsWith('after='));
  if (limit !== undefined && !kept.some((part) => part.startsWith('limit='))) kept.push(`limit=${limit}`);
  const path = url.slice(url.indexOf('/', url.indexOf('//') + 2), at);
  return written(path, [...kept, `after=${cursor}`].join('&'));
}

function encodedLink(url: string, cursor: string, limit: number | undefined): string {
  const { pathname, searchParams } = new URL(url);
  searchParams.delete('offset');
  searchParams.delete('after');
  if (limit !== undefined && !searchParams.has('limit')) searchParams.set('limit', String(limit));
  searchParams.append('after', cursor);
  return written(pathname, searchParams.toString());
}

function written(path: string, search: string): string {
  return `<${path}?${search}>; rel="next"`;
}
