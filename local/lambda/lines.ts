import { type Readable } from "node:stream";

/** Passes on a stream's text line by line, without line ends. */
export class Lines {
  /** Number of chunks of text so far. */
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

  /** Passes on the text after the last line end. */
  flush(): void {
    if (this.rest !== "") this.onLine(this.rest);
    this.rest = "";
  }
}
