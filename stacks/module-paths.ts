import type ts from "typescript";
import { isPropertyName } from "./created-require";
import { parseModule } from "./import-place";

/** Whether a module's text may ask where the module is. */
export function mayUseOwnPath(text: string): boolean {
  return /\b__dirname\b|\b__filename\b|\bimport\.meta\.(url|dirname|filename)\b/.test(text);
}

/**
 * Rewrites a module's text so that it finds itself at its place in the zip, and not at that of the bundle, which all
 * modules share.
 *
 * @param file its absolute path
 * @param place its place in the zip, relative to the bundle's folder, with slashes
 */
export async function replaceOwnPath(file: string, text: string, place: string): Promise<string> {
  const { default: typescript } = await import("typescript");
  const source = parseModule(typescript, file, text);
  const folder = place.slice(0, Math.max(0, place.lastIndexOf("/")));
  const append = (bundle: string, path: string) => `(${bundle}+${JSON.stringify(`/${path}`)})`;
  const location = JSON.stringify(encodeURI(place).replaceAll(/[?#]/g, encodeURIComponent));
  // CommonJS modules know the first two only, which the bundler replaces by the bundle's.
  const replacements: Readonly<Record<string, string>> = {
    __dirname: append("__dirname", folder),
    __filename: append("__dirname", place),
    "import.meta.dirname": append("import.meta.dirname", folder),
    "import.meta.filename": append("import.meta.dirname", place),
    "import.meta.url": `new URL(${location},import.meta.url).href`,
  };
  const declared = new Set<string>();
  const found: ts.Node[] = [];
  const visit = (node: ts.Node) => {
    if (typescript.isVariableDeclaration(node)) declared.add(node.name.getText());
    const isOwn =
      typescript.isPropertyAccessExpression(node) ||
      (typescript.isIdentifier(node) && !isPropertyName(typescript, node));
    if (isOwn && Object.hasOwn(replacements, node.getText())) found.push(node);
    else typescript.forEachChild(node, visit);
  };
  visit(source);
  return found
    .filter((node) => !declared.has(node.getText()))
    .sort((a, b) => b.pos - a.pos)
    .reduce((result, node) => {
      const replacement = replacements[node.getText()] ?? "";
      // In `{ __dirname }`, the name is a key as well.
      const key = typescript.isShorthandPropertyAssignment(node.parent) ? `${node.getText()}:` : "";
      return result.slice(0, node.getStart()) + key + replacement + result.slice(node.end);
    }, text);
}
