import { readFileSync, realpathSync } from "node:fs";
import { join, posix, relative, resolve, sep } from "node:path";
import { findRepository } from "../environments/handler-files";
import { InvalidInput, type Mistake, show } from "../environments/mistakes";
import { type FunctionCode, makeCodeMistake } from "./function-code";

/** A file that is packaged as it is, beside a function's code. */
export interface PackagedFile {
  /** Its path in the project, absolute. */
  readonly path: string;
  readonly contents: Uint8Array;
}

/**
 * What a function's zip holds besides compiled code. The zip mirrors the project from the lowest folder that contains
 * the function's folder and all its files: relative to each other, modules and files stay where they are.
 */
export class PackagedFiles {
  private readonly paths: ReadonlySet<string>;

  /**
   * @param folder the function's folder, absolute
   * @param base the folder that becomes the zip's root, absolute
   */
  private constructor(
    readonly folder: string,
    readonly base: string,
    readonly files: readonly PackagedFile[],
  ) {
    this.paths = new Set(files.map(({ path }) => path));
  }

  /**
   * Finds the files of a function.
   *
   * @param root the project's folder
   * @param folder the function's, relative to it
   * @throws InvalidInput for each pattern that matches nothing, or something outside of the project
   */
  static async find(root: string, folder: string, code: FunctionCode): Promise<PackagedFiles> {
    const { files: patterns = [] } = code;
    // The bundler resolves symbolic links.
    const absolute = resolve(realpathSync(root), folder);
    if (patterns.length === 0) return new PackagedFiles(absolute, absolute, []);
    const whole = code.entry === undefined ? realpathSync(root) : findRepository(root);
    // Most functions need no files, and then not the library either.
    const { glob } = await import("tinyglobby");
    const paths = new Set<string>();
    const mistakes: Mistake[] = [];
    const mistake = (index: number, expected: string, got: string) => {
      mistakes.push(...makeCodeMistake(code, `files.${index}`, `expected ${expected}, got ${show(got)}`).mistakes);
    };
    for (const [index, pattern] of patterns.entries()) {
      const ignore = pattern.includes("node_modules") ? [] : ["**/node_modules/**"];
      const found = await glob(pattern, { cwd: absolute, absolute: true, dot: true, ignore });
      if (found.length === 0) mistake(index, `files that match it in ${folder}`, pattern);
      for (const each of found) {
        const path = resolve(each);
        if (isInside(whole, path) && isInside(whole, realpathSync(path))) paths.add(path);
        else {
          mistake(index, "only files of the project", pattern);
          break;
        }
      }
    }
    if (mistakes.length > 0) throw new InvalidInput(mistakes);
    const sorted = [...paths].sort();
    const base = findCommonFolder([absolute, ...sorted.map((path) => join(path, ".."))]);
    return new PackagedFiles(
      absolute,
      base,
      sorted.map((path) => ({ path, contents: readFileSync(path) })),
    );
  }

  /** Where something of the project is in the zip, with slashes. */
  locate(path: string): string {
    return relative(this.base, path).split(sep).join(posix.sep);
  }

  /** Whether modules below this path are in the zip as if they were where they are in the project. */
  mirrors(path: string): boolean {
    return this.files.length > 0 && isInside(this.base, path);
  }

  /** Whether a file is packaged, or any file of a folder. */
  has(path: string): boolean {
    return this.paths.has(path) || [...this.paths].some((each) => isInside(path, each));
  }

  /** Where a function's compiled code is in the zip; empty for the zip's root. */
  get prefix(): string {
    const located = this.locate(this.folder);
    return located === "" ? "" : `${located}/`;
  }
}

function isInside(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function findCommonFolder(folders: readonly string[]): string {
  return folders.reduce((common, folder) => {
    const [one, two] = [common.split(sep), folder.split(sep)];
    const different = one.findIndex((part, index) => part !== two[index]);
    return different === -1 ? common : one.slice(0, different).join(sep) || sep;
  });
}
