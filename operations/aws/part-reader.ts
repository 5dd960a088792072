import { OperationFailure } from "../cli/operation-failure";

/** What could not be read, and why, on one line. */
export interface Unread {
  readonly what: string;
  readonly why: string;
}

/** Reads what may fail part by part: what AWS does not tell is remembered, and the rest goes on. */
export class Reader {
  readonly unread: Unread[] = [];
  private succeeded = 0;

  /** @param onStep is told what is read next */
  constructor(
    private readonly signal: AbortSignal,
    private readonly onStep: (what: string) => void = () => undefined,
  ) {}

  /** Whether anything at all could be read. */
  get hasRead(): boolean {
    return this.succeeded > 0;
  }

  /** Why parts could not be read, each reason once. */
  get reasons(): string[] {
    return [...new Set(this.unread.map(({ why }) => why))];
  }

  /**
   * Reads one part.
   *
   * @returns undefined where it could not be read
   * @throws whatever Ctrl-C has thrown, and what is a mistake of this program's
   */
  async read<T>(what: string, read: () => Promise<T>): Promise<T | undefined> {
    this.signal.throwIfAborted();
    this.onStep(what);
    try {
      const found = await read();
      this.succeeded += 1;
      return found;
    } catch (error) {
      if (this.signal.aborted || !(error instanceof OperationFailure)) throw error;
      this.unread.push({ what, why: error.message });
      return undefined;
    }
  }
}
