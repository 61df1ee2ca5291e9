import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Frame } from './film.ts';
import { Screen } from './screen.ts';

const COLUMNS = 96;
const LINES = 22;
const PROMPT = '$ ';
/** Milliseconds between two keys, and between two frames. */
const KEY = 45;
const FRAME = 90;

/**
 * A shell in a pseudo-terminal (util-linux's `script` makes it), and somebody who types. What it shows is kept with the time at
 * which it showed it; nothing is cut, sped up or put right.
 */
export class Session {
  readonly columns = COLUMNS;
  readonly lines = LINES;
  readonly frames: Frame[] = [];
  readonly #screen = new Screen(COLUMNS, LINES);
  readonly #shell: ChildProcess;
  #begunAt: number | undefined;

  constructor(folder: string) {
    // Job control off: a background job's number is nobody's business.
    writeFileSync(
      join(folder, '.shell'),
      `PS1='${PROMPT}'; stty cols ${COLUMNS} rows ${LINES}; set +m; clear\n`,
    );
    const shell = 'bash --noprofile --rcfile .shell -i';
    this.#shell = spawn('script', ['--quiet', '--flush', '--command', shell, '/dev/null'], {
      cwd: folder,
      env: { ...process.env, TERM: 'xterm', HISTFILE: '' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#shell.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#screen.write(text);
      this.#keep();
      this.#shell.emit('shown');
    });
  }

  /** The recording begins with an empty screen and a prompt. */
  async begin(): Promise<void> {
    await this.#until(() => this.#isAtPrompt);
    this.#begunAt = performance.now();
    this.#keep();
  }

  /** Types a line, and waits for the prompt, or for what the pattern says. */
  async run(line: string, until?: RegExp): Promise<void> {
    for (const key of line) {
      this.#shell.stdin?.write(key);
      await pause(KEY);
    }
    await pause(250);
    this.#shell.stdin?.write('\r');
    await once(this.#shell, 'shown');
    await this.#until(() =>
      until === undefined ? this.#isAtPrompt : until.test(this.#screen.lines.join('\n')),
    );
  }

  /** Presses Ctrl-C. */
  async interrupt(): Promise<void> {
    this.#shell.stdin?.write('\u0003');
    await this.#until(() => this.#isAtPrompt);
  }

  async rest(milliseconds: number): Promise<void> {
    await pause(milliseconds);
  }

  /** Milliseconds since it began. */
  get length(): number {
    return performance.now() - (this.#begunAt ?? 0);
  }

  async end(): Promise<void> {
    const ended = once(this.#shell, 'exit');
    this.#shell.stdin?.write('kill %1; wait; exit\r');
    await ended;
  }

  get #isAtPrompt(): boolean {
    return this.#screen.beforeCursor === PROMPT;
  }

  async #until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await once(this.#shell, 'shown');
  }

  #keep(): void {
    if (this.#begunAt === undefined) return;
    const at = performance.now() - this.#begunAt;
    const last = this.frames.at(-1);
    // What comes at once is one frame, at the time of its first part.
    const isSameMoment = last !== undefined && at - last.at < FRAME;
    if (isSameMoment) this.frames.pop();
    this.frames.push({ at: isSameMoment ? last.at : at, rows: this.#screen.runs });
  }
}
