import { describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const PAGES = [
  "README.md",
  ...readdirSync("docs", { recursive: true, encoding: "utf8" }).map((name) => `docs/${name}`),
];
const HELP_TEXTS = readdirSync("operations").map((name) => `operations/${name}`);

/** The project's own files, which a page changes on purpose. */
const OWN = /^(environments|providers|infrastructure)\/|^package(-lock)?\.json$/;

/** Every file that a command in the documentation or in a help text writes into the project's folder. */
function writtenFiles(): string[] {
  const texts = [
    ...PAGES.filter((page) => page.endsWith(".md")).flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/```sh\n([^]*?)```/g)].map(([, code = ""]) => code),
    ),
    ...HELP_TEXTS.filter((file) => file.endsWith(".ts")).map((file) =>
      [...readFileSync(file, "utf8").matchAll(/^ +\$ (.*)$/gm)].map(([, command = ""]) => command).join("\n"),
    ),
  ];
  const files = texts.flatMap((text) =>
    [...text.matchAll(/(?:[^-<]> |--out |-out=|--redacted )([a-z][\w./-]+)/g)].map(([, file = ""]) => file),
  );
  return [...new Set(files)].filter((file) => !file.startsWith("/") && !OWN.test(file)).sort();
}

describe("what the documentation has people write", () => {
  test("is found", () => {
    expect(writtenFiles()).toEqual(
      expect.arrayContaining(["comment.md", "outputs.json", "plans/prod.json", "roles.json", "tfplan"]),
    );
  });

  test("is not committed by accident: it may hold secrets", () => {
    const files = writtenFiles();
    const { stdout } = spawnSync("git", ["check-ignore", "--no-index", ...files], { encoding: "utf8" });
    expect(stdout.trim().split("\n")).toEqual(files);
  });

  test("goes into folders that are there, or are made before", () => {
    for (const page of ["docs/delivery.md"]) {
      const text = readFileSync(page, "utf8");
      expect(text.indexOf("mkdir -p plans")).toBeGreaterThan(-1);
      expect(text.indexOf("mkdir -p plans")).toBeLessThan(text.indexOf("> plans/"));
    }
  });
});
