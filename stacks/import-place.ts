import { readFile } from "node:fs/promises";
import type ts from "typescript";

/** When a module's import happens: at start, possibly later, or in a way that the program continues if it fails. */
export type ImportPlace = "start" | "later" | "guarded";

const ORDER: readonly ImportPlace[] = ["start", "later", "guarded"];

/** The compiler, loaded only if it is needed. */
export type TypeScript = typeof ts;

/**
 * Where a module imports another, from its `import`s and literal `require()`s; if there are several, the most important
 * one.
 *
 * @param specifier as written in the code
 */
export async function findImportPlace(file: string, specifier: string): Promise<ImportPlace> {
  const { default: typescript } = await import("typescript");
  const source = await parseSourceFile(typescript, file);
  const places: ImportPlace[] = [];
  const visit = (node: ts.Node) => {
    if (typescript.isStringLiteralLike(node) && node.text === specifier) {
      if (typescript.isImportDeclaration(node.parent) || typescript.isExportDeclaration(node.parent)) {
        places.push("start");
      }
      if (typescript.isCallExpression(node.parent)) places.push(findNodePlace(typescript, node.parent));
    }
    typescript.forEachChild(node, visit);
  };
  visit(source);
  return ORDER.find((place) => places.includes(place)) ?? "later";
}

/** Reads a module's syntax. */
export async function parseSourceFile(ts: TypeScript, file: string): Promise<ts.SourceFile> {
  return parseModule(ts, file, await readFile(file, "utf8"));
}

/** Parses a module's text. */
export function parseModule({ createSourceFile, ScriptTarget }: TypeScript, file: string, text: string): ts.SourceFile {
  return createSourceFile(file, text, ScriptTarget.Latest, true);
}

/** When an expression of a module is evaluated. */
export function findNodePlace(ts: TypeScript, expression: ts.Node): ImportPlace {
  const isLogical = (operator: ts.SyntaxKind): boolean =>
    [ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken, ts.SyntaxKind.QuestionQuestionToken].includes(
      operator,
    );
  const isChoice = (parent: ts.Node, node: ts.Node): boolean =>
    ((ts.isIfStatement(parent) || ts.isSwitchStatement(parent)) && parent.expression !== node) ||
    (ts.isConditionalExpression(parent) && parent.condition !== node) ||
    (ts.isBinaryExpression(parent) && parent.right === node && isLogical(parent.operatorToken.kind)) ||
    ts.isIterationStatement(parent, false) ||
    ts.isCatchClause(parent);
  let place: ImportPlace = "start";
  for (let node = expression; !ts.isSourceFile(node); node = node.parent) {
    const { parent } = node;
    if (ts.isPropertyAccessExpression(parent) && parent.name.text === "catch") return "guarded";
    if (ts.isTryStatement(parent) && parent.tryBlock === node && parent.catchClause) return "guarded";
    if (ts.isFunctionLike(parent) || isChoice(parent, node)) place = "later";
  }
  return place;
}
