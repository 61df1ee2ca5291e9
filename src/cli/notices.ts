import type { Notice } from '../engine/states/notice.ts';
import { duration, grouped } from './numbers.ts';

/** What happened to a projection, as a line of text. */
export function describeNotice(notice: Notice): string {
  const { projection } = notice;
  switch (notice.kind) {
    case 'build-started': {
      const from = notice.from > 0 ? `, from position ${grouped(notice.from)}` : '';
      return `${projection}: building generation ${notice.generation} (${notice.reasons.join('; ')})${from}`;
    }
    case 'verifying':
      return `${projection}: comparing generation ${notice.generation} with a second replay`;
    case 'went-live':
      return `${projection}: generation ${notice.generation} is live at position ${grouped(notice.position)}, after ${duration(notice.seconds)}${leftOut(notice)}`;
    case 'resumed':
      return `${projection}: generation ${notice.generation} goes on from position ${grouped(notice.position)}${leftOut(notice)}`;
    case 'waiting':
      return `${projection}: ${notice.generation === 0 ? 'the build' : `generation ${notice.generation}`} waits, and tries again: ${notice.error.message}`;
    case 'stopped':
      return `${projection}: generation ${notice.generation} has stopped: ${notice.error.message}${notice.error.hint === undefined ? '' : `\n  Try: ${notice.error.hint}`}`;
    case 'parked':
      return `${projection}: ${notice.partition} is parked: ${notice.error.message}\n  Try: projectionist dead-letters show ${projection} ${notice.partition}`;
    case 'kept':
      return `${projection}: stays at generation ${notice.generation}, as ${notice.reason}`;
    case 'orphaned':
      return `${projection}: no definition declares it any more; its generations stay on disk`;
  }
}

function leftOut({ projection, parked }: { readonly projection: string; readonly parked: number }): string {
  if (parked === 0) return '';
  const streams = parked === 1 ? '1 stream' : `${grouped(parked)} streams`;
  return `, with ${streams} parked\n  Try: projectionist dead-letters list ${projection}`;
}
