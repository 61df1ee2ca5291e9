import { useEffect, useState } from 'preact/hooks';
import { ask, Refusal } from '../api.ts';
import type { View } from '../session.ts';
import { changed, type ViewQuery } from './query.ts';

/** How many rows there are in all; asked for at rest, and not for each change. */
export function useTotal(view: View, query: ViewQuery, position: number | undefined): number | undefined {
  const [total, setTotal] = useState<number | undefined>(undefined);
  const parameters = changed(query, { limit: '0', select: null, order: null });
  const path = `/views/${encodeURIComponent(view.name)}?${parameters}`;
  useEffect(() => {
    if (position === undefined) return undefined;
    const over = new AbortController();
    const timer = setTimeout(() => void countRows(path, over.signal).then(setTotal), 200);
    return () => {
      clearTimeout(timer);
      over.abort();
    };
  }, [path, position]);
  return total;
}

async function countRows(path: string, signal: AbortSignal): Promise<number | undefined> {
  try {
    const response = await ask(path, { headers: { Prefer: 'count=exact' }, signal });
    const total = response.headers.get('Content-Range')?.split('/')[1];
    return total === undefined || total === '*' ? undefined : Number(total);
  } catch (error) {
    // The rows' own request says what is wrong; without a number the page is turned all the same.
    if (error instanceof Refusal || signal.aborted) return undefined;
    throw error;
  }
}
