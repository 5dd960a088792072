import { expect, test } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript";

/** The TypeScript examples in the documentation, each as the handler of a function of its own. */
function examples(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of ["README.md", ...readdirSync("docs").map((name) => `docs/${name}`)].filter((name) =>
    name.endsWith(".md"),
  )) {
    const blocks = [...readFileSync(file, "utf8").matchAll(/```ts\n([^`]*(?:`(?!``)[^`]*)*)```/g)];
    blocks.forEach(([, code = ""], index) =>
      found.set(resolve(`functions/${file.replace(/\W/g, "-")}-${index}/handler.ts`), code),
    );
  }
  return found;
}

test("every TypeScript example in the documentation compiles", () => {
  const sources = examples();
  const { config } = ts.readConfigFile("tsconfig.json", (path) => ts.sys.readFile(path)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, ".");
  const host = ts.createCompilerHost(options);
  const disk = { ...host };
  host.fileExists = (path) => sources.has(path) || disk.fileExists(path);
  host.readFile = (path) => sources.get(path) ?? disk.readFile(path);
  host.getSourceFile = (path, version) => {
    const text = sources.get(path);
    return text === undefined ? disk.getSourceFile(path, version) : ts.createSourceFile(path, text, version);
  };

  const program = ts.createProgram([...sources.keys()], options, host);
  // What they import is checked by tsc.
  const mistakes = [...sources.keys()]
    .flatMap((path) => ts.getPreEmitDiagnostics(program, program.getSourceFile(path)))
    .map(({ file, messageText }) => `${file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);

  expect(sources.size).toBeGreaterThanOrEqual(7);
  expect(mistakes).toEqual([]);
});
