import { closeSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";

/** A longer log starts a new file, and the previous file is kept. */
const DEFAULT_MAX_BYTES = 50_000_000;

/** Lines are written in batches, so that a busy function does not wait for its log. */
const WRITE_AFTER_MILLISECONDS = 200;

/** One file for each function's log, in a separate folder. */
export class LogFiles {
  private readonly lines = new Map<string, string[]>();
  private readonly bytes = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private isLost = false;

  /** @param onLost gets the reason, once, if logs cannot be written anymore */
  constructor(
    private readonly folder: string,
    private readonly onLost: (reason: string) => void,
    private readonly maxBytes = DEFAULT_MAX_BYTES,
  ) {
    mkdirSync(folder, { recursive: true });
  }

  /** The path of a function's log. */
  openLogFile(functionName: string): string {
    return join(this.folder, `${functionName}.log`);
  }

  /** Adds a line to a function's log. */
  add(functionName: string, line: string): void {
    if (this.isLost) return;
    const lines = this.lines.get(functionName) ?? [];
    lines.push(line);
    this.lines.set(functionName, lines);
    this.timer ??= setTimeout(() => {
      this.flush();
    }, WRITE_AFTER_MILLISECONDS).unref();
  }

  /** Writes pending lines. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    try {
      for (const [functionName, lines] of this.lines) this.write(functionName, `${lines.join("\n")}\n`);
    } catch (error) {
      this.isLost = true;
      this.onLost((error as Error).message);
    }
    this.lines.clear();
  }

  private write(functionName: string, text: string): void {
    const file = this.openLogFile(functionName);
    const content = Buffer.from(text);
    const before = this.bytes.get(functionName) ?? 0;
    const isFull = before > 0 && before + content.length > this.maxBytes;
    if (isFull) renameSync(file, `${file}.1`);
    const descriptor = openSync(file, "a");
    try {
      for (let written = 0; written < content.length;) written += writeSync(descriptor, content, written);
    } finally {
      closeSync(descriptor);
    }
    this.bytes.set(functionName, (isFull ? 0 : before) + content.length);
  }
}
