import { describe, expect, test } from "@jest/globals";
import { listWatchedFolders, planReload, type RunningSources } from "../../../local/reload/plan";
import { makeProject } from "../../support/project";

const RUNNING: RunningSources = {
  root: "/project",
  environment: "dev",
  functions: new Map([
    ["api", ["/project/functions/api/handler.ts", "/project/lib/part.ts", "/project/node_modules/dep/index.js"]],
    ["jobs", ["/project/functions/jobs/handler.ts", "/shared/src/index.ts", "/project/version.json"]],
    ["warmer", []],
  ]),
  brokenFunctions: new Set(),
  isEnvironmentBroken: false,
};

const NOTHING = { environment: false, functions: [], restart: [] };

describe("a change of", () => {
  test.each<[string, string, object]>([
    ["a handler", "functions/api/handler.ts", { functions: ["api"] }],
    ["a module", "lib/part.ts", { functions: ["api"] }],
    ["a module outside of the project", "../shared/src/index.ts", { functions: ["jobs"] }],
    ["a file beside a module, which may come before it", "lib/part.json", { functions: ["api"] }],
    ["a file that an editor keeps beside a module", "lib/.part.ts.swp", {}],
    ["a file in a folder beside a module", "lib/texts/one.txt", { functions: ["api"] }],
    ["a file beside a module in the project's folder", "other.json", { functions: ["jobs"] }],
    ["a folder with modules", "functions", { functions: ["api", "jobs"] }],
    ["settings of the compiler", "tsconfig.json", { functions: ["api", "jobs"] }],
    ["settings of the compiler for one function", "functions/jobs/tsconfig.json", { functions: ["jobs"] }],
    ["something else", "docs/readme.md", {}],
    ["a package", "node_modules/dep/index.js", {}],
    ["the environment", "environments/dev.tfvars", { environment: true }],
    ["another environment, which may have mistakes", "environments/prod.tfvars", { environment: true }],
    ["another file of environments", "environments/notes.md", {}],
    ["the environment's provider", "providers/dev/.terraform.lock.hcl", { environment: true }],
    ["another environment's provider", "providers/prod/.terraform.lock.hcl", {}],
    ["a function's infrastructure", "functions/api/infrastructure.ts", { functions: ["api"], restart: true }],
    ["the lock file", "package-lock.json", { functions: ["jobs"], restart: true }],
    ["what packages there are", "package.json", { functions: ["api", "jobs"], restart: true }],
  ])("%s (%s) means %j", (_, path, { restart, ...meaning }: { restart?: boolean }) => {
    const changes = new Set([path.startsWith("../") ? path.slice(2) : `/project/${path}`]);

    expect(planReload(changes, RUNNING)).toEqual({ ...NOTHING, ...meaning, restart: restart ? [path] : [] });
  });

  test("anything may cure what is broken", () => {
    const changes = new Set(["/project/docs/readme.md"]);

    const broken = { ...RUNNING, brokenFunctions: new Set(["api"]), isEnvironmentBroken: true };

    expect(planReload(changes, broken)).toEqual({ ...NOTHING, environment: true, functions: ["api"] });
  });
});

describe("watched are", () => {
  const root = makeProject({
    "functions/api/texts/.hidden/one.txt": "",
    "functions/api/node_modules/dep/index.js": "",
    "lib/deep/part.ts": "",
    "docs/readme.md": "",
  });
  const running = { ...RUNNING, root, functions: new Map([["api", [`${root}/lib/part.ts`]]]) };
  const listPaths = (more: Partial<RunningSources>) =>
    [...listWatchedFolders({ ...running, ...more })].map((folder) => folder.slice(root.length)).sort();

  test("the folders of sources and those in them, and of the project's folder only itself", () => {
    expect(listPaths({})).toEqual([
      "",
      "/environments",
      "/functions",
      "/functions/alarm-notifier",
      "/functions/api",
      "/functions/api/texts",
      "/functions/rollout-controller",
      "/functions/warmer",
      "/lib",
      "/lib/deep",
      "/providers/dev",
    ]);
  });

  test("all folders of the project while something is broken", () => {
    expect(listPaths({ brokenFunctions: new Set(["api"]) })).toContain("/docs");
  });
});
