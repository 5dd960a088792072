import { OperationFailure } from "../cli/operation-failure";

/** What could not be read, and why, in one line. */
export interface Unread {
  readonly what: string;
  readonly why: string;
}

/** Reads parts that may fail: it remembers what could not be read, and continues with the rest. */
export class Reader {
  readonly unread: Unread[] = [];
  private succeeded = 0;

  /** @param onStep called with what is read next */
  constructor(
    private readonly signal: AbortSignal,
    private readonly onStep: (what: string) => void = () => undefined,
  ) {}

  /** Whether anything at all could be read. */
  get hasRead(): boolean {
    return this.succeeded > 0;
  }

  /** The reasons why parts could not be read, without duplicates. */
  get reasons(): string[] {
    return [...new Set(this.unread.map(({ why }) => why))];
  }

  /**
   * Reads one part.
   *
   * @returns undefined if it could not be read
   * @throws errors through Ctrl-C, and bugs of this program
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
