/** Something that runs until it is stopped. */
export interface Running {
  stop(): void;
}

/** What runs for each item of a list. If another list takes its place, what runs for equal items goes on. */
export class RunningItems<Item, Run extends Running> {
  private running: ReadonlyMap<string, Run> = new Map();

  /** @param prepare does everything that may fail, and returns what begins to run an item */
  constructor(private readonly prepare: (item: Item) => () => Run) {}

  /** Everything that runs. */
  get all(): readonly Run[] {
    return [...this.running.values()];
  }

  /**
   * Prepares another list.
   *
   * @param items values that JSON can hold
   * @returns what lets it take over
   * @throws what preparing an item throws; then, nothing has changed
   */
  prepareAll(items: readonly Item[]): () => void {
    const prepared = items.map((item) => {
      const key = JSON.stringify(item);
      const running = this.running.get(key);
      return [key, running ? () => running : this.prepare(item)] as const;
    });
    return () => {
      const kept = new Set(prepared.map(([key]) => key));
      for (const [key, running] of this.running) if (!kept.has(key)) running.stop();
      this.running = new Map(prepared.map(([key, begin]) => [key, begin()]));
    };
  }
}
