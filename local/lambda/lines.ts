import { type Readable } from "node:stream";

/** Hands over a stream's text line by line, without the line's end. */
export class Lines {
  /** How many chunks of text have come so far. */
  chunks = 0;
  private rest = "";

  constructor(
    stream: Readable,
    private readonly onLine: (line: string) => void,
  ) {
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => {
      this.chunks++;
      const lines = (this.rest + chunk).split("\n");
      this.rest = lines.pop() ?? "";
      lines.forEach(this.onLine);
    });
  }

  /** Hands over what came after the last line's end. */
  flush(): void {
    if (this.rest !== "") this.onLine(this.rest);
    this.rest = "";
  }
}
