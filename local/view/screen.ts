import { type WriteStream } from "node:tty";

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const CLEAR_BELOW = "\x1b[J";
const CLEAR_LINE_END = "\x1b[K";
const CLEAR_SCREEN = "\x1b[2J\x1b[H";

/** Redraws lines in a terminal, always in the same place. */
export class Screen {
  private drawn = 0;

  /** @param terminal where to draw */
  constructor(private readonly terminal: WriteStream) {
    terminal.write(HIDE_CURSOR);
    terminal.on("resize", this.startOver);
  }

  /** Number of available lines. */
  get rows(): number {
    return this.terminal.rows - 1;
  }

  /** Draws these lines instead of the previous ones. Lines that do not fit into the terminal are cut off. */
  draw(lines: readonly string[]): void {
    const shown = lines.slice(0, this.rows).map((line) => cut(line, this.terminal.columns));
    const up = this.drawn > 0 ? `\x1b[${this.drawn}A` : "";
    this.terminal.write(`${up}\r${shown.map((line) => `${line}${CLEAR_LINE_END}\n`).join("")}${CLEAR_BELOW}`);
    this.drawn = shown.length;
  }

  /** Restores the terminal, with the last lines in it. */
  close(): void {
    this.terminal.off("resize", this.startOver);
    this.terminal.write(SHOW_CURSOR);
  }

  /** The drawn lines may have been wrapped, so it is unknown how many lines they take now. */
  private readonly startOver = (): void => {
    this.drawn = 0;
    this.terminal.write(CLEAR_SCREEN);
  };
}

/** The beginning of a line, up to a maximum width. Escape sequences have no width. */
export function cut(line: string, columns: number): string {
  let width = 0;
  let result = "";
  // eslint-disable-next-line no-control-regex -- matching the escape character is the purpose
  for (const [part, escape] of line.matchAll(/(\x1b\[[\d;]*m)|[^]/gu)) {
    if (escape === undefined && ++width > columns) continue;
    result += part;
  }
  return result;
}
