import { expect, test } from "@jest/globals";
import { buildSync } from "esbuild";
import { COMMANDS } from "../../operations/program";

const AT_ONCE = ["import-statement"];
const EVER = [...AT_ONCE, "dynamic-import"];

/** These synthesize on purpose; `load` does when the environment runs on this computer. */
const SYNTHESIZING = ["bootstrap", "dashboard", "doctor", "load", "start", "synth"];

/** The packages that a file loads through whatever it imports; with `import()`, also what it may load later. */
function listPackages(file: string, kinds: readonly string[]): Set<string> {
  const { metafile } = buildSync({
    entryPoints: [file],
    bundle: true,
    write: false,
    outdir: "none",
    packages: "external",
    platform: "node",
    format: "esm",
    splitting: true,
    metafile: true,
  });
  const outputs = new Map(Object.entries(metafile.outputs));
  const packages = new Set<string>();
  const visited = new Set<string>();
  const visit = (path: string) => {
    if (visited.has(path)) return;
    visited.add(path);
    for (const { path: imported, kind, external } of outputs.get(path)?.imports ?? []) {
      if (!kinds.includes(kind)) continue;
      if (external === true) packages.add(imported);
      else visit(imported);
    }
  };
  for (const [path, { entryPoint }] of outputs) if (entryPoint === file) visit(path);
  return packages;
}

const isCdktf = (name: string) => /^(cdktf|constructs|@cdktf\/provider-aws)(\/|$)/.test(name);

test("the program's help loads no command", () => {
  expect([...listPackages("operations/main.ts", AT_ONCE)].filter((name) => !name.startsWith("node:"))).toEqual([
    "@commander-js/extra-typings",
  ]);
});

test.each(COMMANDS.map(({ name }) => name).filter((name) => !SYNTHESIZING.includes(name)))(
  "%s loads nothing that synthesizes",
  (name) => {
    const packages = [...listPackages(`operations/commands/${name}.ts`, EVER)];

    expect(packages.length).toBeGreaterThan(0);
    expect(packages.filter(isCdktf)).toEqual([]);
  },
);

test("what synthesizes is seen", () => {
  expect([...listPackages("operations/commands/bootstrap.ts", EVER)].some(isCdktf)).toBe(true);
});
