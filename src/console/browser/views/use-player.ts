import { useEffect, useMemo, useState } from 'preact/hooks';
import { onKey } from '../keys.ts';
import { amend, place } from '../router.ts';
import type { View } from '../session.ts';
import { statuses } from '../statuses.ts';
import { stepToChange } from './changes.ts';
import { Player } from './player.ts';

/** A player for as long as the query is the same. Another query keeps the moment that is looked at. */
export function usePlayer(path: string, view: View, hash: string): Player {
  const [held] = useState<{ player?: Player }>({});
  const player = useMemo(() => {
    const before = held.player;
    const next = new Player(path, view.primaryKey);
    const asked = Number(/^#(\d+)$/.exec(hash)?.[1] ?? Number.NaN);
    if (before !== undefined) {
      next.end.value = before.end.peek();
      next.speed.value = before.speed.peek();
      if (before.isPast.peek()) next.seek(before.position.peek());
    } else if (!Number.isNaN(asked)) {
      next.end.value = Math.max(
        asked,
        statuses.peek()?.find(({ name }) => name === view.projection)?.position ?? 0,
      );
      next.seek(asked);
    }
    next.settle();
    before?.close();
    held.player = next;
    return next;
  }, [path]);
  useEffect(() => () => held.player?.close(), []);
  useEffect(
    () =>
      onKey({
        ' ': () => player.toggle(),
        ArrowLeft: () => player.step(-1),
        ArrowRight: () => player.step(1),
        'Shift+ArrowLeft': () => void stepToChange(player, -1),
        'Shift+ArrowRight': () => void stepToChange(player, 1),
        Home: () => player.step(-player.end.peek()),
        End: () => player.now(),
      }),
    [player],
  );
  useEffect(() => rememberMoment(player), [player]);
  return player;
}

/** The address names the moment that is looked at, so that it can be sent to somebody. */
function rememberMoment(player: Player): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = player.position.subscribe(() => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (player.isPlaying.peek()) return;
      const { path, search, hash } = place.peek();
      const wanted = player.isPast.peek() ? `#${Math.floor(player.position.peek())}` : '';
      if (wanted !== hash) amend(`${path}${search}${wanted}`);
    }, 250);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}
