import type ts from "typescript";
import { parseModule, type TypeScript } from "./import-place";

const ANOTHER_NAME = "createdRequire";

/** Whether a module's text may create its own `require`, as ES modules do that need CommonJS or JSON. */
export function mayCreateRequire(text: string): boolean {
  return /\bcreateRequire\b/.test(text) && /\bimport\.meta\.(url|filename)\b|\b__filename\b/.test(text);
}

/**
 * Rewrites a module's text so that imports through `createRequire(import.meta.url)` use `require`, which the bundler
 * knows.
 *
 * @param file its absolute path
 */
export async function replaceCreatedRequire(file: string, text: string): Promise<string> {
  const { default: ts } = await import("typescript");
  const source = parseModule(ts, file, text);
  const creators = new Set(["createRequire"]);
  const created = new Set<string>();
  const uses: ts.Identifier[] = [];
  const calls: ts.Expression[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isImportSpecifier(node) && node.propertyName?.text === "createRequire") creators.add(node.name.text);
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && isCreation(ts, node.initializer, creators)) {
      created.add(node.name.text);
    }
    if (ts.isIdentifier(node) && !isPropertyName(ts, node)) uses.push(node);
    if (ts.isCallExpression(node) && isLiteralCall(ts, node)) calls.push(node.expression);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const isCreated = (node: ts.Expression) => ts.isIdentifier(node) && created.has(node.text);
  const changes = calls
    .filter((callee) => isCreated(callee) || isCreation(ts, callee, creators))
    .map((callee) => ({ node: callee, text: "require" }));
  if (created.has("require")) {
    const others = uses.filter((use) => use.text === "require" && !changes.some(({ node }) => node === use));
    if (!others.every((use) => isSimpleUse(ts, use))) return source.text;
    changes.push(...others.map((node) => ({ node, text: ANOTHER_NAME })));
  }
  return changes
    .sort((a, b) => b.node.pos - a.node.pos)
    .reduce(
      (text, { node, text: replacement }) => text.slice(0, node.getStart()) + replacement + text.slice(node.end),
      source.text,
    );
}

function isCreation(ts: TypeScript, node: ts.Node | undefined, creators: ReadonlySet<string>): boolean {
  if (!node || !ts.isCallExpression(node)) return false;
  const { expression, arguments: given } = node;
  const name = ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
  return creators.has(name) && /^(import\.meta\.(url|filename)|__filename)$/.test(given[0]?.getText() ?? "");
}

function isLiteralCall(ts: TypeScript, { arguments: given }: ts.CallExpression): boolean {
  const [specifier] = given;
  return given.length === 1 && specifier !== undefined && ts.isStringLiteralLike(specifier);
}

/** Whether an identifier only names a property. */
export function isPropertyName(ts: TypeScript, node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isPropertyAssignment(parent) && parent.name === node)
  );
}

/** Whether an identifier can be renamed at its place, and refers to the module's top-level variable. */
function isSimpleUse(ts: TypeScript, node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isVariableDeclaration(parent) && parent.name === node && ts.isSourceFile(parent.parent.parent.parent)) ||
    (ts.isPropertyAccessExpression(parent) && parent.expression === node) ||
    (ts.isCallExpression(parent) && (parent.expression === node || parent.arguments.includes(node))) ||
    ts.isTypeOfExpression(parent)
  );
}
