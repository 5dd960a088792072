import { type BuildContext, context } from "esbuild";
import { type Attempt, type AttemptOptions } from "./compile";

/** Bundles the same program again and again: esbuild then reads and parses only what has changed. */
export class Rebuild {
  private known: { readonly key: string; readonly context: BuildContext<AttemptOptions> } | undefined;

  /** As esbuild's `build`. Plugins may be those of the first time. */
  async run(options: AttemptOptions): Promise<Attempt> {
    const key = JSON.stringify(options);
    if (this.known?.key !== key) {
      await this.close();
      this.known = { key, context: await context(options) };
    }
    return this.known.context.rebuild();
  }

  /** Forgets everything. */
  async close(): Promise<void> {
    await this.known?.context.dispose();
    this.known = undefined;
  }
}
