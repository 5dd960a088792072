import { type FunctionCode, makeCodeMistake } from "../function-code";
import { identifyPackages, installPackages, readPackages } from "./install-packages";
import { type LockedPackages, selectLockedPackages, UnlockedPackage } from "./locked-packages";
import { type Platform } from "./platform";

/** Packages that are left out of a function's bundle and installed beside it. */
export class Packages {
  private constructor(
    private readonly root: string,
    private readonly code: FunctionCode,
    private readonly chosen: { readonly locked: LockedPackages; readonly platform: Platform } | undefined,
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
    const locked = explain(code, () => selectLockedPackages(folder, packages, platform));
    return new Packages(root, code, { locked, platform });
  }

  /** Tells packages apart: other packages, versions or platforms have another id; empty without packages. */
  get id(): string {
    return this.chosen ? identifyPackages(this.chosen.locked, this.chosen.platform) : "";
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
    return readPackages(await explain(code, () => installPackages(root, chosen.locked, chosen.platform)));
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
