import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder that is gone at the latest when this process ends, however it is asked to. */
export class TemporaryFolder {
  readonly path: string;

  /** @param prefix of the folder's name */
  constructor(prefix: string) {
    this.path = mkdtempSync(join(tmpdir(), prefix));
    process.on("exit", this.remove);
  }

  /** Removes the folder and all that is in it. */
  readonly remove = (): void => {
    process.off("exit", this.remove);
    rmSync(this.path, { recursive: true, force: true });
  };
}
