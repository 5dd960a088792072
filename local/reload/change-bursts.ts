import { findStats } from "./find-stats";

/** Editors write a file in several steps, and Git many files: shorter pauses do not end a burst. */
const QUIET_MILLISECONDS = 20;

/** Some editors empty a file before they write it. */
const EMPTY_MILLISECONDS = 300;

/** What is written all the time must not hold back everything else. */
const LONGEST_MILLISECONDS = 1000;

/** What changed in short succession. */
export interface ChangeBurst {
  readonly paths: ReadonlySet<string>;
  /** When the first change came, as `performance.now()` says. */
  readonly began: number;
}

/** Hands over changes in bursts: when no more come for a moment, and one burst after another. */
export class ChangeBursts {
  private paths = new Set<string>();
  private began = 0;
  private latest = 0;
  private timer: NodeJS.Timeout | undefined;
  private handling: Promise<void> | undefined;
  private isClosed = false;

  constructor(private readonly handle: (burst: ChangeBurst) => Promise<void>) {}

  /** Something has changed. */
  add(path: string): void {
    this.latest = performance.now();
    if (this.paths.size === 0) this.began = this.latest;
    this.paths.add(path);
    this.wait();
  }

  /** Hands over nothing anymore; resolves when the last burst has been handled. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.handling;
  }

  private wait(): void {
    if (this.isClosed || this.timer || this.handling) return;
    const quiet = performance.now() - this.latest;
    const milliseconds = quiet < QUIET_MILLISECONDS ? QUIET_MILLISECONDS - quiet : QUIET_MILLISECONDS;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.isOver()) this.handOver();
      else this.wait();
    }, milliseconds);
  }

  private isOver(): boolean {
    const now = performance.now();
    if (now - this.began >= LONGEST_MILLISECONDS) return true;
    const quiet = now - this.latest;
    return quiet >= EMPTY_MILLISECONDS || (quiet >= QUIET_MILLISECONDS && ![...this.paths].some(isEmptyFile));
  }

  private handOver(): void {
    const { paths, began } = this;
    this.paths = new Set();
    this.handling = this.handle({ paths, began }).finally(() => {
      this.handling = undefined;
      if (this.paths.size > 0) this.wait();
    });
  }
}

function isEmptyFile(path: string): boolean {
  const found = findStats(path);
  return found?.isFile() === true && found.size === 0;
}
