import { expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";

const PROGRAM = `
  import { ESLint } from "eslint";
  import { getFileInfo } from "prettier";
  const eslint = new ESLint();
  const checked = {};
  for (const file of process.argv.slice(1)) {
    const { ignored } = await getFileInfo(file, { ignorePath: ".prettierignore" });
    checked[file] = { formatted: !ignored, linted: !(await eslint.isPathIgnored(file)) };
  }
  console.log(JSON.stringify(checked));`;

test("formatter and linter check what the project brings, and leave to users what they put into functions/", () => {
  const own = ["functions/api/handler.ts", "functions/warmer/handler.ts", "stacks/bundle.ts"];
  const users = ["functions/orders/handler.ts", "functions/orders/lib/deep.js", "functions/apiary/handler.mjs"];

  const output = execFileSync(process.execPath, ["--input-type=module", "-e", PROGRAM, "--", ...own, ...users], {
    encoding: "utf8",
  });

  expect(JSON.parse(output)).toEqual({
    ...Object.fromEntries(own.map((file) => [file, { formatted: true, linted: true }])),
    ...Object.fromEntries(users.map((file) => [file, { formatted: false, linted: false }])),
  });
});
