interface Cell {
  readonly character: string;
  /** As an attribute of SVG's `class`: empty for plain text. */
  readonly style: string;
}

const BLANK: Cell = { character: ' ', style: '' };
const STYLES: Readonly<Record<number, string>> = {
  1: 'b',
  2: 'd',
  31: 'r',
  32: 'g',
  33: 'y',
  34: 'l',
  36: 'c',
  90: 'd',
};

/** A control sequence, the title of a window, a cursor kept and found, a control character, or a character. */
const PIECE = new RegExp(
  String.raw`\x1B\[([?\d;]*)([A-Za-z])|\x1B\][^\x07]*\x07|\x1B[=>78]|[\r\n\x07\x08]|[^\x00-\x1F]`,
  'gu',
);

/**
 * What a terminal shows: as much of xterm's control sequences (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html) as a
 * shell and the command line need. Throws at one that it does not know, so that no recording is wrong unseen.
 */
export class Screen {
  readonly #width: number;
  readonly #height: number;
  #rows: Cell[][];
  #first: { rows: Cell[][]; x: number; y: number } | undefined;
  #saved = { x: 0, y: 0 };
  #x = 0;
  #y = 0;
  #style = '';
  #rest = '';

  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
    this.#rows = this.#blank();
  }

  /** The rows as text, without what is blank at their ends. */
  get lines(): string[] {
    return this.#rows.map((row) =>
      row
        .map(({ character }) => character)
        .join('')
        .trimEnd(),
    );
  }

  /** The rows as runs of one style. */
  get runs(): { text: string; style: string }[][] {
    return this.#rows.map((row) => {
      const runs: { text: string; style: string }[] = [];
      for (const { character, style } of row) {
        const last = runs.at(-1);
        if (last?.style === style) last.text += character;
        else runs.push({ text: character, style });
      }
      return runs;
    });
  }

  /** The row that the cursor is in, up to the cursor. */
  get beforeCursor(): string {
    return (this.#rows[this.#y] ?? [])
      .slice(0, this.#x)
      .map(({ character }) => character)
      .join('');
  }

  write(text: string): void {
    const all = this.#rest + text;
    let end = 0;
    for (const match of all.matchAll(PIECE)) {
      if (match.index !== end)
        throw new Error(`Not understood: ${JSON.stringify(all.slice(end, match.index + 8))}`);
      end = match.index + match[0].length;
      this.#take(match[0], match[1] ?? '', match[2]);
    }
    this.#rest = all.slice(end);
    if (this.#rest.length > 40) throw new Error(`Not understood: ${JSON.stringify(this.#rest)}`);
  }

  #take(what: string, parameters: string, command: string | undefined): void {
    if (command !== undefined) this.#control(parameters, command);
    else if (what === '\r') this.#x = 0;
    else if (what === '\n') this.#lineFeed();
    else if (what === '\b') this.#x = Math.max(0, this.#x - 1);
    else if (what === '\u001B7') this.#saved = { x: this.#x, y: this.#y };
    else if (what === '\u001B8') ({ x: this.#x, y: this.#y } = this.#saved);
    else if (what === '\u0007' || what.startsWith('\u001B')) return;
    else this.#print(what);
  }

  #print(character: string): void {
    if (this.#x === this.#width) {
      this.#x = 0;
      this.#lineFeed();
    }
    this.#row()[this.#x] = { character, style: this.#style };
    this.#x += 1;
  }

  #row(): Cell[] {
    return this.#rows[this.#y] as Cell[];
  }

  #lineFeed(): void {
    if (this.#y < this.#height - 1) this.#y += 1;
    else this.#rows = [...this.#rows.slice(1), this.#blankRow()];
  }

  #control(parameters: string, command: string): void {
    const [first = 0, second = 0] = parameters.split(';').map(Number);
    if (parameters.startsWith('?')) this.#mode(parameters, command);
    else if (command === 'm') this.#setStyle(parameters);
    else if (command === 'K') this.#row().splice(this.#x, this.#width, ...this.#blankRow().slice(this.#x));
    else if (command === 'J') this.#clear(first);
    else if (command === 'H') [this.#y, this.#x] = [Math.max(0, first - 1), Math.max(0, second - 1)];
    else if (command === 'G') this.#x = Math.max(0, first - 1);
    else if (command === 'A') this.#y = Math.max(0, this.#y - (first || 1));
    else if (command === 'C') this.#x = Math.min(this.#width - 1, this.#x + (first || 1));
    else if (command === 'P')
      this.#row().splice(this.#x, first || 1, ...this.#blankRow().slice(0, first || 1));
    else throw new Error(`Not understood: ESC [ ${parameters} ${command}`);
  }

  #clear(what: number): void {
    if (what === 0) this.#control('', 'K');
    const from = what === 0 ? this.#y + 1 : 0;
    for (let y = from; y < this.#height; y += 1) this.#rows[y] = this.#blankRow();
  }

  #mode(parameters: string, command: string): void {
    // The cursor, wrapping of lines, and how a paste is told: none of them changes what is seen here.
    if (['?25', '?7', '?2004', '?1'].includes(parameters)) return;
    if (parameters !== '?1049') throw new Error(`Not understood: ESC [ ${parameters} ${command}`);
    if (command === 'h') {
      this.#first = { rows: this.#rows, x: this.#x, y: this.#y };
      this.#rows = this.#blank();
    } else if (this.#first !== undefined) {
      ({ rows: this.#rows, x: this.#x, y: this.#y } = this.#first);
      this.#first = undefined;
    }
  }

  #setStyle(parameters: string): void {
    for (const code of parameters.split(';').map(Number)) {
      if ([0, 22, 39].includes(code)) this.#style = '';
      else this.#style = STYLES[code] ?? this.#style;
    }
  }

  #blank(): Cell[][] {
    return Array.from({ length: this.#height }, () => this.#blankRow());
  }

  #blankRow(): Cell[] {
    return Array.from({ length: this.#width }, () => BLANK);
  }
}
