import { type Readable } from "node:stream";

/** What is longer becomes several lines, as in CloudWatch Logs, whose events have up to 1 MB. */
const LONGEST_LINE = 1024 * 1024;

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
      const [first = "", ...others] = chunk.split("\n");
      this.rest += first;
      for (const next of others) {
        this.onLine(this.rest);
        this.rest = next;
      }
      if (this.rest.length > LONGEST_LINE) this.flush();
    });
  }

  /** Passes on the text after the last line end. */
  flush(): void {
    if (this.rest !== "") this.onLine(this.rest);
    this.rest = "";
  }
}
