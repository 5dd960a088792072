import { type Metafile } from "esbuild";
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type ts from "typescript";
import { type Mistake } from "../environments/mistakes";
import { type PackagedFiles } from "./packaged-files";
import { parseSourceFile, findNodePlace, type TypeScript } from "./import-place";

/** Text that a module must contain to be of interest. Most modules do not contain it and are not parsed. */
const SUSPECTS = [
  /\b__dirname\b|\b__filename\b|\bimport\.meta\b/,
  /\b(readFile|readFileSync|createReadStream)\(/,
  /\brequire\.resolve\b|=\s*require\s*[,;\n]/,
  /\b(require|import)\(\s*([^"'`)\s]|["'`][^"'`\n]*(["'`]\s*\+|\$\{))/,
];

/** Functions that take a path and read it, or only check whether it exists. */
const READERS = new Set(["readFile", "readFileSync", "createReadStream"]);
const CHECKS = new Set(["existsSync", "access", "accessSync", "stat", "statSync"]);

/** Something that a module needs and that is not in its bundle. */
interface Lost {
  readonly node: ts.Node;
  /** What is read; none if only the running program knows it. */
  readonly target?: Target;
}

/** A file or folder that a module reads. */
interface Target {
  /** Its path relative to the module; a folder's ends with a slash. */
  readonly path: string;
  /** What to add to the function's `files`; nothing if it is packaged, but not where the program looks for it. */
  readonly pattern: string | undefined;
}

/** A path, as far as it is known before the program runs. */
interface Path {
  /** Where it may lead: paths relative to the working folder are searched in several folders. */
  readonly candidates: readonly string[];
  /** Whether the rest is known only when the program runs. */
  readonly isOpen?: boolean;
}

/**
 * Finds files that a program reads besides its code and that are not packaged, and modules whose names only the running
 * program knows.
 *
 * @param root the project's folder
 * @param entry the handler's file, relative to it
 * @returns one note for each in the user's code, and one per package
 */
export async function findLostFiles(
  root: string,
  entry: string,
  { outputs }: Metafile,
  packaged: PackagedFiles,
): Promise<Mistake[]> {
  const project = realpathSync(root);
  const bundled = new Set(
    Object.values(outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
    ),
  );
  const notes: Mistake[] = [];
  const packages = new Set<string>();
  for (const file of [...bundled].sort()) {
    if (!/\.[cm]?[jt]sx?$/.test(file) || !existsSync(resolve(project, file))) continue;
    const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
    if (name !== undefined && packages.has(name)) continue;
    const text = readFileSync(resolve(project, file), "utf8");
    if (!SUSPECTS.some((suspect) => suspect.test(text))) continue;
    const module = new ModuleFiles(
      await import("typescript").then((loaded) => loaded.default),
      resolve(project, file),
      {
        // On Lambda, the working folder is where the zip is unpacked.
        working: [packaged.base, dirname(resolve(project, entry)), resolve(project)],
        packaged,
        bundled: [...bundled].map((each) => resolve(project, each)),
        isPackage: name !== undefined,
      },
    );
    for (const { node, target } of await module.lost()) {
      const { line, character } = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart());
      const place = `${file}:${line + 1}:${character + 1}`;
      if (name !== undefined) packages.add(name);
      notes.push({ file: place, message: describeLoss(name, target) });
      if (name !== undefined) break;
    }
  }
  return notes;
}

/** @param name the package that the module belongs to, if any */
function describeLoss(name: string | undefined, target: Target | undefined): string {
  if (!target) {
    return name === undefined
      ? "this import is known only when the program runs and is not bundled: import each module by its name"
      : `${name} imports a module that is known only when the program runs and is not bundled: the program fails if it reaches this line`;
  }
  const { path, pattern } = target;
  if (name !== undefined) {
    return `${name} reads ${path} when the program runs, which is not bundled: code that needs it fails, unless the function has packages = ["${name}"]`;
  }
  return pattern === undefined
    ? `${path} is packaged, but the program does not find it: the working folder on Lambda is the zip's; use import.meta.dirname`
    : `${path} is read when the program runs and is not bundled: add it to the function, as in files = [${JSON.stringify(pattern)}]`;
}

interface Surroundings {
  /** Folders to which relative paths may be relative when the program runs, the most likely first. */
  readonly working: readonly string[];
  readonly bundled: readonly string[];
  readonly packaged: PackagedFiles;
  readonly isPackage: boolean;
}

/** Finds what one module reads or imports when it runs. */
class ModuleFiles {
  private readonly constants = new Map<string, ts.Expression>();
  /** Variables that are `require`. */
  private readonly aliases = new Set<string>();
  private readonly checked = new Set<string>();
  private readonly found: Lost[] = [];

  constructor(
    private readonly ts: TypeScript,
    private readonly file: string,
    private readonly surroundings: Surroundings,
  ) {}

  async lost(): Promise<readonly Lost[]> {
    const source = await parseSourceFile(this.ts, this.file);
    this.learn(source);
    this.visit(source);
    return this.found;
  }

  private learn(node: ts.Node): void {
    const { ts } = this;
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      this.constants.set(node.name.text, node.initializer);
      if (isRequire(ts, node.initializer)) this.aliases.add(node.name.text);
    }
    if (ts.isBinaryExpression(node) && ts.isIdentifier(node.left) && isRequire(ts, node.right)) {
      this.aliases.add(node.left.text);
    }
    if (ts.isCallExpression(node) && CHECKS.has(readCalledName(ts, node))) {
      this.checked.add(node.arguments[0]?.getText() ?? "");
    }
    ts.forEachChild(node, (child) => {
      this.learn(child);
    });
  }

  private visit(node: ts.Node): void {
    const lost = this.lostAt(node);
    if (lost) {
      this.found.push(lost);
      return;
    }
    this.ts.forEachChild(node, (child) => {
      this.visit(child);
    });
  }

  private lostAt(node: ts.Node): Lost | undefined {
    const { ts } = this;
    if (!ts.isExpression(node) || ts.isImportDeclaration(node.parent)) return undefined;
    const place = findNodePlace(ts, node);
    if (ts.isCallExpression(node) && node.arguments[0]) {
      const [argument] = node.arguments;
      const callee = node.expression;
      const isImport = callee.kind === ts.SyntaxKind.ImportKeyword || isRequire(ts, callee);
      const isAlias = ts.isIdentifier(callee) && this.aliases.has(callee.text);
      const isResolve = /^(require|import\.meta|createRequire\(.*\))\.resolve$/.test(callee.getText());
      if (isAlias || isResolve) {
        const path = this.beside(argument);
        if (path) return this.isTold(argument, isAlias ? "later" : place) ? this.existing(node, path, true) : undefined;
      }
      if (isImport && !ts.isStringLiteralLike(argument)) {
        const path = this.findPath(argument);
        if (path) return this.isTold(argument, place) ? this.existing(node, path) : undefined;
        // For packages, only imports at start: later ones are mostly names that the program passes to them.
        const isSurely = place === "start" || (place === "later" && !this.surroundings.isPackage);
        return isSurely && !this.isLocal(node, "require") && !this.isGlob(argument) ? { node } : undefined;
      }
      if (READERS.has(readCalledName(ts, node)) && ts.isStringLiteralLike(argument) && !this.surroundings.isPackage) {
        return this.existing(node, {
          candidates: this.surroundings.working.map((base) => resolve(base, argument.text)),
        });
      }
    }
    const path = this.findPath(node);
    return path && !ts.isIdentifier(node) && this.isTold(node, place) ? this.existing(node, path) : undefined;
  }

  /** Packages that first check whether a file exists can work without it. */
  private isTold(node: ts.Node, place: string): boolean {
    if (!this.surroundings.isPackage) return true;
    const { parent } = node;
    const name = this.ts.isVariableDeclaration(parent) ? parent.name.getText() : node.getText();
    return place !== "guarded" && !this.checked.has(name);
  }

  private existing(node: ts.Node, { candidates, isOpen = false }: Path, isImported = false): Lost | undefined {
    const endings = isImported ? ["", ".js", ".json", "/index.js"] : [""];
    const paths = candidates.map((each) => endings.map((ending) => each + ending).find((path) => existsSync(path)));
    const path = paths.find((each) => each !== undefined);
    if (path === undefined || path === this.file || this.file.startsWith(path + sep)) return undefined;
    const isFolder = statSync(path).isDirectory();
    const { bundled, packaged } = this.surroundings;
    if (isFolder && isOpen && bundled.some((file) => file.startsWith(path + sep))) return undefined;
    const isPackaged = packaged.has(path);
    // Only the first candidate is where the running program looks.
    if (isPackaged && path === paths[0] && packaged.mirrors(this.file)) return undefined;
    const end = isFolder ? "/" : "";
    const name = formatRelative(dirname(this.file), path);
    const pattern = formatRelative(packaged.folder, path) + end + (isFolder ? "**" : "");
    return {
      node,
      target: { path: (name.startsWith(".") ? name : `./${name}`) + end, pattern: isPackaged ? undefined : pattern },
    };
  }

  /** Where a specifier that begins with a dot leads. */
  private beside(node: ts.Expression): Path | undefined {
    const start = this.findStart(node);
    if (!start || !/^\.\.?\//.test(start.text)) return this.findPath(node);
    return { candidates: [resolve(dirname(this.file), start.text)], isOpen: start.isOpen };
  }

  /** The bundler includes every file that `require("./a/" + name)` may mean. */
  private isGlob(node: ts.Expression): boolean {
    return /^\.\.?\//.test(this.findStart(node)?.text ?? "");
  }

  /** The text with which an expression begins. */
  private findStart(node: ts.Expression): { readonly text: string; readonly isOpen: boolean } | undefined {
    const { ts } = this;
    if (ts.isStringLiteralLike(node)) return { text: node.text, isOpen: false };
    if (ts.isTemplateExpression(node)) return { text: node.head.text, isOpen: true };
    if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
    const left = this.findStart(node.left);
    return left && { ...left, isOpen: true };
  }

  private findPath(node: ts.Expression, depth = 0): Path | undefined {
    const { ts } = this;
    if (depth > 8) return undefined;
    const deeper = (inner: ts.Expression) => this.findPath(inner, depth + 1);
    const text = node.getText();
    if (text === "__dirname" || text === "import.meta.dirname") return { candidates: [dirname(this.file)] };
    if (text === "__filename" || text === "import.meta.filename" || text === "import.meta.url") {
      return { candidates: [this.file] };
    }
    if (text === "process.cwd()" || text === "process.env.LAMBDA_TASK_ROOT") {
      return this.surroundings.isPackage ? undefined : { candidates: this.surroundings.working };
    }
    if (ts.isIdentifier(node)) {
      const value = this.constants.get(node.text);
      return value && deeper(value);
    }
    if (ts.isPropertyAccessExpression(node) && /^(href|pathname)$/.test(node.name.text)) return deeper(node.expression);
    if (ts.isNewExpression(node) && node.expression.getText() === "URL") {
      const [path, base] = node.arguments ?? [];
      return (
        path &&
        base &&
        this.joined(base, [path], (from, part) => fileURLToPath(new URL(part, pathToFileURL(from))), depth)
      );
    }
    if (ts.isCallExpression(node)) {
      const [first, ...rest] = node.arguments;
      const name = readCalledName(ts, node);
      if (!first) return undefined;
      if (name === "join" || name === "resolve") return this.joined(first, rest, join, depth);
      const known = /^(dirname|fileURLToPath|normalize|String)$/.test(name) ? deeper(first) : undefined;
      return known && name === "dirname"
        ? { ...known, candidates: known.candidates.map((each) => dirname(each)) }
        : known;
    }
    const append = (from: string, part: string) => from + part;
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
      return this.joined(node.left, [node.right], append, depth);
    }
    if (ts.isTemplateExpression(node) && node.head.text === "" && node.templateSpans[0]) {
      const [{ expression, literal }, ...more] = node.templateSpans;
      const known = deeper(expression);
      return known && !known.isOpen
        ? { candidates: known.candidates.map((each) => append(each, literal.text)), isOpen: more.length > 0 }
        : known;
    }
    return undefined;
  }

  /** A path with appended parts, up to the first part that only the running program knows. */
  private joined(
    first: ts.Expression,
    rest: readonly ts.Expression[],
    append: (from: string, part: string) => string,
    depth: number,
  ): Path | undefined {
    let path = this.findPath(first, depth + 1);
    for (const part of rest) {
      if (!path || path.isOpen) return path;
      if (!this.ts.isStringLiteralLike(part)) return { ...path, isOpen: true };
      path = { candidates: path.candidates.map((from) => append(from, part.text)) };
    }
    return path;
  }

  /** Whether a name is a parameter of a function around a node: other bundlers pass their own `require` to modules. */
  private isLocal(node: ts.Node, name: string): boolean {
    for (let each = node; !this.ts.isSourceFile(each); each = each.parent) {
      if (this.ts.isFunctionLike(each) && each.parameters.some((parameter) => parameter.name.getText() === name))
        return true;
    }
    return false;
  }
}

function formatRelative(folder: string, path: string): string {
  return relative(folder, path).split(sep).join("/");
}

function isRequire(ts: TypeScript, node: ts.Node): boolean {
  return ts.isIdentifier(node) && node.text === "require";
}

/** The last part of a called function's name: `readFile` in `fs.promises.readFile`. */
function readCalledName(ts: TypeScript, { expression }: ts.CallExpression): string {
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
}
