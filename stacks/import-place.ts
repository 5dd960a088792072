import { readFile } from "node:fs/promises";
import type { Node, SourceFile, SyntaxKind } from "typescript";

/** When a module's import happens: as it starts, maybe later, or so that the program goes on where it fails. */
export type ImportPlace = "start" | "later" | "guarded";

const ORDER: readonly ImportPlace[] = ["start", "later", "guarded"];

/**
 * Where a module imports another, by its `import`s and literal `require()`s: of several the one that matters most.
 *
 * @param specifier as it is written
 */
export async function placeOf(file: string, specifier: string): Promise<ImportPlace> {
  // Loaded for the few programs that need it.
  const { default: ts } = await import("typescript");
  const source: SourceFile = ts.createSourceFile(file, await readFile(file, "utf8"), ts.ScriptTarget.Latest, true);
  const places: ImportPlace[] = [];
  const visit = (node: Node) => {
    if (ts.isStringLiteralLike(node) && node.text === specifier) {
      if (ts.isImportDeclaration(node.parent) || ts.isExportDeclaration(node.parent)) places.push("start");
      if (ts.isCallExpression(node.parent)) places.push(placeOfCall(node.parent));
    }
    ts.forEachChild(node, visit);
  };
  const placeOfCall = (call: Node): ImportPlace => {
    let place: ImportPlace = "start";
    for (let node = call; !ts.isSourceFile(node); node = node.parent) {
      const { parent } = node;
      if (ts.isPropertyAccessExpression(parent) && parent.name.text === "catch") return "guarded";
      if (ts.isTryStatement(parent) && parent.tryBlock === node && parent.catchClause) return "guarded";
      if (ts.isFunctionLike(parent) || isChoice(parent, node)) place = "later";
    }
    return place;
  };
  const isChoice = (parent: Node, node: Node): boolean =>
    ((ts.isIfStatement(parent) || ts.isSwitchStatement(parent)) && parent.expression !== node) ||
    (ts.isConditionalExpression(parent) && parent.condition !== node) ||
    (ts.isBinaryExpression(parent) && parent.right === node && isLogical(parent.operatorToken.kind)) ||
    ts.isIterationStatement(parent, false) ||
    ts.isCatchClause(parent);
  const isLogical = (operator: SyntaxKind): boolean =>
    [ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken, ts.SyntaxKind.QuestionQuestionToken].includes(
      operator,
    );
  visit(source);
  return ORDER.find((place) => places.includes(place)) ?? "later";
}
