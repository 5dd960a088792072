import { type WriteStream } from "node:tty";

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const CLEAR_BELOW = "\x1b[J";
const CLEAR_LINE_END = "\x1b[K";
const CLEAR_SCREEN = "\x1b[2J\x1b[H";

/** Draws lines in a terminal, again and again in the same place. */
export class Screen {
  private drawn = 0;

  /** @param terminal where to draw */
  constructor(private readonly terminal: WriteStream) {
    terminal.write(HIDE_CURSOR);
    terminal.on("resize", this.startOver);
  }

  /** How many lines there is place for. */
  get rows(): number {
    return this.terminal.rows - 1;
  }

  /** Draws these lines instead of those before. Those that the terminal has no place for are cut off. */
  draw(lines: readonly string[]): void {
    const shown = lines.slice(0, this.rows).map((line) => cut(line, this.terminal.columns));
    const up = this.drawn > 0 ? `\x1b[${this.drawn}A` : "";
    this.terminal.write(`${up}\r${shown.map((line) => `${line}${CLEAR_LINE_END}\n`).join("")}${CLEAR_BELOW}`);
    this.drawn = shown.length;
  }

  /** Leaves the terminal as it was, with the last lines in it. */
  close(): void {
    this.terminal.off("resize", this.startOver);
    this.terminal.write(SHOW_CURSOR);
  }

  /** What was drawn may have been wrapped: nobody knows how many lines it takes now. */
  private readonly startOver = (): void => {
    this.drawn = 0;
    this.terminal.write(CLEAR_SCREEN);
  };
}

/** A line's beginning that is so wide at most. Escape sequences take no place. */
export function cut(line: string, columns: number): string {
  let width = 0;
  let result = "";
  // eslint-disable-next-line no-control-regex -- The escape character is what this is about.
  for (const [part, escape] of line.matchAll(/(\x1b\[[\d;]*m)|[^]/gu)) {
    if (escape === undefined && ++width > columns) continue;
    result += part;
  }
  return result;
}
