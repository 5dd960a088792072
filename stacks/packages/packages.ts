import { createHash } from "node:crypto";
import { type FunctionCode, makeCodeMistake } from "../function-code";
import { PRISMA, readGeneratedClient } from "./generated-client";
import { identifyPackages, installPackages, readPackages } from "./install-packages";
import { type LockedPackages, selectLockedPackages, UnlockedPackage } from "./locked-packages";
import { type Platform } from "./platform";

interface Chosen {
  readonly locked: LockedPackages;
  readonly platform: Platform;
  /** Files that belong to them and are in no package, by their paths in a zip. */
  readonly generated: ReadonlyMap<string, Uint8Array>;
}

/** Packages that are left out of a function's bundle and installed beside it. */
export class Packages {
  private constructor(
    private readonly root: string,
    private readonly code: FunctionCode,
    private readonly chosen: Chosen | undefined,
  ) {}

  /** Whether there are none. */
  get isEmpty(): boolean {
    return this.chosen === undefined;
  }

  /**
   * Finds a function's packages in the nearest lock file.
   *
   * @param root the project's folder
   * @param folder the function's, absolute
   * @throws InvalidInput if they are not there
   */
  static find(
    root: string,
    folder: string,
    code: FunctionCode,
    findPlatform: (code: FunctionCode) => Platform,
  ): Packages {
    const { packages = [] } = code;
    if (packages.length === 0) return new Packages(root, code, undefined);
    const platform = findPlatform(code);
    const chosen = explain(code, () => ({
      locked: selectLockedPackages(root, folder, packages, platform),
      platform,
      generated: packages.includes(PRISMA) ? readGeneratedClient(folder, platform) : new Map<string, Uint8Array>(),
    }));
    return new Packages(root, code, chosen);
  }

  /** Tells packages apart: other packages, versions or platforms have another id; empty without packages. */
  get id(): string {
    if (!this.chosen) return "";
    const { locked, platform, generated } = this.chosen;
    const hash = createHash("sha256").update(identifyPackages(locked, platform));
    for (const [place, contents] of generated) hash.update(`${place}\0${contents.byteLength}\0`).update(contents);
    return hash.digest("hex");
  }

  /** Whether an import leads to one of them. */
  provide(specifier: string): boolean {
    return (this.code.packages ?? []).some((name) => specifier === name || specifier.startsWith(`${name}/`));
  }

  /**
   * Their files, by their paths in a zip.
   *
   * @throws InvalidInput if one cannot be downloaded, or does not exist for the function's platform
   */
  async install(): Promise<ReadonlyMap<string, Uint8Array>> {
    const { root, code, chosen } = this;
    if (!chosen) return new Map();
    const modules = await explain(code, () => installPackages(root, chosen.locked, chosen.platform));
    return new Map([...readPackages(modules, chosen.platform), ...chosen.generated]);
  }
}

function explain<Result>(code: FunctionCode, find: () => Result): Result {
  const rethrow = (error: unknown): never => {
    if (!(error instanceof UnlockedPackage)) throw error;
    throw makeCodeMistake(code, "packages", error.message);
  };
  try {
    const found = find();
    return found instanceof Promise ? (found.catch(rethrow) as Result) : found;
  } catch (error) {
    return rethrow(error);
  }
}
