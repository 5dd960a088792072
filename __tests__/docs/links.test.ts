import { expect, test } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { globSync } from "tinyglobby";

const PAGES = globSync(["*.md", "docs/**/*.md"]);

function readText(page: string): string {
  return readFileSync(page, "utf8").replaceAll(/^ *```[^]*?^ *```/gm, "");
}

/** The anchors of a page's headings, as GitHub makes them. */
function listAnchors(page: string): string[] {
  return [...readText(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

test("only scripts of package.json are run", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { readonly scripts: object };
  // It is about projects that init writes, which have more scripts.
  const pages = PAGES.filter((page) => page !== "docs/projects.md");
  const files = [...pages, ...globSync(["operations/**/*.ts", "stacks/**/*.ts", "environments/**/*.ts"])];

  const run = files.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/npm run ([a-z][a-z:]*)/g)].map(([, script = ""]) => ({ file, script })),
  );

  expect(run.length).toBeGreaterThan(100);
  expect(run.filter(({ script }) => !Object.hasOwn(scripts, script))).toEqual([]);
});

test.each(PAGES)("%s links to pages and headings that there are", (page) => {
  const links = [...readText(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)#?([^)\s]*)\)/g)];

  const broken = links.filter(([, path = "", anchor = ""]) => {
    const target = path === "" ? page : join(dirname(page), path);
    return !existsSync(target) || (anchor !== "" && !listAnchors(target).includes(anchor));
  });

  expect(broken.map(([link]) => link)).toEqual([]);
});
