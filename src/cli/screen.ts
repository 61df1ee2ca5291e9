import type { Io } from './io.ts';

/** xterm's control sequences (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html): the second screen, and the cursor. */
const ENTER = '\u001B[?1049h\u001B[?25l';
const LEAVE = '\u001B[?25h\u001B[?1049l';
const HOME = '\u001B[H';
const CLEAR_LINE = '\u001B[K';
const CLEAR_BELOW = '\u001B[J';

/**
 * Shows a text that changes until the user asks to end: on a terminal's second screen, drawn over without flicker; and
 * elsewhere as one text after the other, when it has changed.
 */
export async function watchText(io: Io, seconds: number, next: () => string): Promise<void> {
  const isScreen = io.out.isTTY === true;
  if (isScreen) io.out.write(ENTER);
  try {
    let last: string | undefined;
    while (!io.ended.aborted) {
      const text = next();
      if (isScreen) io.out.write(frame(text, io.out.rows));
      else if (text !== last) io.out.write(`${text}\n\n`);
      last = text;
      await pause(seconds, io.ended);
    }
  } finally {
    if (isScreen) io.out.write(LEAVE);
  }
}

function frame(text: string, rows = Number.POSITIVE_INFINITY): string {
  const lines = text.split('\n');
  const shown = lines.length <= rows ? lines : [...lines.slice(0, rows - 1), '…'];
  return `${HOME}${shown.map((each) => each + CLEAR_LINE).join('\r\n')}${CLEAR_BELOW}`;
}

/** Resolves after so many seconds, or when the signal aborts. */
function pause(seconds: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      ended.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, seconds * 1000);
    ended.addEventListener('abort', over);
  });
}
