import { describe, expect, test } from "@jest/globals";
import { existsSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { makeProject, makeTemporaryFolder, makeTfvars } from "../../support/project";
import { isProcessAlive, waitUntil } from "../lambda/support";
import { makeHandler, WatchedProject } from "./support";

const HANDLER = "functions/api/handler.ts";
const OTHER = "functions/other/handler.ts";
const TWO_FUNCTIONS = makeTfvars({ functions: 'api = { endpoint = "iam" }\nother = { endpoint = "iam" }' });

const SAVES: readonly [string, (project: WatchedProject, text: string) => void][] = [
  [
    "in place",
    (project, text) => {
      project.save(HANDLER, text);
    },
  ],
  [
    "by another file that takes its place",
    (project, text) => {
      project.replace(HANDLER, text);
    },
  ],
  [
    "emptied first",
    (project, text) => {
      truncateSync(project.path(HANDLER));
      project.save(HANDLER, text);
    },
  ],
  [
    "in several writes",
    (project, text) => {
      project.save(HANDLER, text.slice(0, 10));
      project.save(HANDLER, text.slice(0, 20));
      project.save(HANDLER, text);
    },
  ],
  [
    "in a folder that takes the place of its own",
    (project, text) => {
      rmSync(project.path("functions/api"), { recursive: true });
      project.save(HANDLER, text);
    },
  ],
];

describe("a saved handler", () => {
  test("goes on when a file takes the place of a folder, or a link leads to itself", async () => {
    const project = await WatchedProject.start({
      [HANDLER]: makeHandler("one", 'import { one } from "./lib/one";\n'),
      "functions/api/lib/one.ts": "export const one = 1;\n",
    });

    const failed = await project.after("reload-failed", () => {
      rmSync(project.path("functions/api/lib"), { recursive: true });
      project.save("functions/api/lib", "no folder");
      symlinkSync("loop.ts", project.path("functions/api/loop.ts"));
    });
    await project.after("reloaded", () => {
      project.save(HANDLER, makeHandler("2"));
    });

    expect(failed.mistakes.length).toBeGreaterThan(0);
    expect(await project.ask()).toMatchObject({ text: "2" });
  });

  test.each(SAVES)("answers the next request, saved %s", async (_, save) => {
    const project = await WatchedProject.start({ [HANDLER]: makeHandler("1") });
    const before = await project.ask();

    const reloaded = await project.after("reloaded", () => {
      save(project, makeHandler("2"));
    });

    const after = await project.ask();
    expect(reloaded).toMatchObject({ ids: ["api"], notes: [] });
    expect([before.text, after.text]).toEqual(["1", "2"]);
    expect(project.told("reload-failed")).toEqual([]);
    await waitUntil(() => !isProcessAlive(before.pid));
    const { functions } = project.environment.snapshot();
    expect(functions.find(({ id }) => id === "api")).toMatchObject({ instances: 1, requests: 2 });
  });

  test("answers also if it is saved while another save is taken over", async () => {
    const project = await WatchedProject.start({ [HANDLER]: makeHandler("0") });

    for (let count = 1; count <= 20; count++) {
      project.save(HANDLER, makeHandler(String(count)));
      if (count % 3 === 0) await project.ask();
    }
    await project.after("reloaded", () => {
      project.save(HANDLER, makeHandler('"last"'));
    });

    let text = "";
    while (text !== "last") ({ text } = await project.ask());
    expect([project.environment.problem, project.told("reload-failed")]).toEqual([undefined, []]);
  });

  test.each([0, 30, 100, 300])(
    "answers also if it is saved while the environment starts, %d ms later",
    async (delay) => {
      const root = makeProject({
        "environments/dev.tfvars": makeTfvars({ functions: 'api = { endpoint = "iam" }' }),
        [HANDLER]: makeHandler("1"),
      });
      const starting = WatchedProject.startIn(root);

      await new Promise((resolve) => setTimeout(resolve, delay));
      writeFileSync(join(root, HANDLER), makeHandler("2"));

      const project = await starting;
      while ((await project.ask()).text !== "2") await new Promise((resolve) => setTimeout(resolve, 5));
    },
  );

  test("that did not change keeps its instances", async () => {
    const project = await WatchedProject.start(
      { [HANDLER]: makeHandler("1"), [OTHER]: makeHandler("1") },
      TWO_FUNCTIONS,
    );
    const { pid } = await project.ask();

    const reloaded = await project.after("reloaded", () => {
      project.save(HANDLER, makeHandler("1"));
      project.save(OTHER, makeHandler("2"));
    });

    expect(reloaded.ids).toEqual(["other"]);
    expect((await project.ask()).pid).toBe(pid);
  });

  test("leaves the request that runs to the old code, whose process then ends", async () => {
    const makeWaiting = (answer: number) => `import { existsSync } from "node:fs";
      export const handler = async ({ rawPath }) => {
        while (!existsSync(rawPath)) await new Promise((resolve) => setTimeout(resolve, 5));
        return { statusCode: 200, headers: { "x-pid": String(process.pid) }, body: "${answer}" };
      };\n`;
    const project = await WatchedProject.start({ [HANDLER]: makeWaiting(1) });
    const released = join(makeTemporaryFolder(), "released");
    const running = project.ask("api", released);
    const isBusy = () => project.environment.snapshot().functions.some(({ busy }) => busy > 0);
    await waitUntil(isBusy);

    await project.after("reloaded", () => {
      project.save(HANDLER, makeWaiting(2));
    });
    const next = await project.ask("api", tmpdir());
    const isStillBusy = isBusy();
    writeFileSync(released, "");
    const last = await running;

    expect([isStillBusy, last.text, next.text]).toEqual([true, "1", "2"]);
    await waitUntil(() => !isProcessAlive(last.pid));
  });

  test("is the version that a deployment's gate warms", async () => {
    const makeMonitored = (status: number) => `import { monitor } from ${JSON.stringify(resolve("performance"))};
      export const handler = monitor(async () => ({ statusCode: ${status} }));\n`;
    const warmer = `export { handler } from ${JSON.stringify(resolve("functions/warmer/handler"))};\n`;
    const project = await WatchedProject.start({
      [HANDLER]: makeMonitored(200),
      "functions/warmer/handler.ts": warmer,
    });
    await project.after("reloaded", () => {
      project.save(HANDLER, makeMonitored(201));
    });

    await project.environment.runWarmer("gate");

    expect(project.told("warming-round")).toMatchObject([{ id: "api", strategy: "gate", failures: [] }]);
  });

  test("is unpacked into a folder that goes when nothing runs it anymore", async () => {
    const project = await WatchedProject.start({ [HANDLER]: makeHandler("import.meta.dirname") });
    const { text: first } = await project.ask();

    await project.after("reloaded", () => {
      project.save(HANDLER, makeHandler("import.meta.dirname + '/'"));
    });

    const { text: second } = await project.ask();
    await waitUntil(() => !existsSync(first));
    expect(readdirSync(second)).toContain("handler.mjs");
  });
});

describe("what a bundle is made from", () => {
  test("is watched as well: modules, JSON, packaged files, the project's packages", async () => {
    const imports = `import { readFileSync } from "node:fs";
      import { part } from "../../lib/part";
      import { name } from "shared";
      import data from "./data.json";\n`;
    const text = 'readFileSync(import.meta.dirname + "/text.txt", "utf8")';
    const project = await WatchedProject.start(
      {
        [HANDLER]: makeHandler(`[part, name, data.value, ${text}]`, imports),
        "functions/api/data.json": '{ "value": 1 }',
        "functions/api/text.txt": "1",
        "lib/part.ts": "export const part = 1;",
        "packages/shared/package.json": '{ "name": "shared", "main": "src/index.ts" }',
        "packages/shared/src/index.ts": "export const name = 1;",
      },
      makeTfvars({ functions: 'api = {\nendpoint = "iam"\nfiles = ["*.txt"]\n}' }),
      { links: { "node_modules/shared": "packages/shared" } },
    );
    const answers = [(await project.ask()).text];

    for (const [file, content] of [
      ["functions/api/data.json", '{ "value": 2 }'],
      ["functions/api/text.txt", "2"],
      ["lib/part.ts", "export const part = 2;"],
      ["packages/shared/src/index.ts", "export const name = 2;"],
    ] as const) {
      await project.after("reloaded", () => {
        project.save(file, content);
      });
      answers.push((await project.ask()).text);
    }

    expect(answers).toEqual(["1,1,1,1", "1,1,2,1", "1,1,2,2", "2,1,2,2", "2,2,2,2"]);
  });

  test("is new where a module comes before another one, and where a file is packaged", async () => {
    const handler = makeHandler(
      "[part, readdirSync(import.meta.dirname)]",
      'import { readdirSync } from "node:fs";\nimport { part } from "./part";\n',
    );
    const project = await WatchedProject.start(
      { [HANDLER]: handler, "functions/api/part.js": "export const part = 1;", "functions/api/texts/one.txt": "1" },
      makeTfvars({ functions: 'api = {\nendpoint = "iam"\nfiles = ["texts/**"]\n}' }),
    );

    const reloads = [];
    for (const [file, content] of [
      ["functions/api/part.ts", "export const part = 2;"],
      ["functions/api/texts/more/two.txt", "2"],
    ] as const) {
      reloads.push(
        await project.after("reloaded", () => {
          project.save(file, content);
        }),
      );
    }

    expect(reloads.map(({ ids }) => ids)).toEqual([["api"], ["api"]]);
    expect((await project.ask()).text).toMatch(/^2,/);
  });

  test("is watched as soon as the code imports it", async () => {
    const imports = 'import { part } from "../../lib/deep/part";\n';
    const project = await WatchedProject.start({
      [HANDLER]: makeHandler("1"),
      "lib/deep/part.ts": "export const part = 2;",
    });
    await project.after("reloaded", () => {
      project.save(HANDLER, makeHandler("part", imports));
    });
    const { text: before } = await project.ask();

    await project.after("reloaded", () => {
      project.save("lib/deep/part.ts", "export const part = 3;");
    });

    expect([before, (await project.ask()).text]).toEqual(["2", "3"]);
  });

  test("is reloaded once, for all functions, if many files change", async () => {
    const handler = makeHandler("part", 'import { part } from "../../lib/part";\n');
    const project = await WatchedProject.start(
      { [HANDLER]: handler, [OTHER]: handler, "lib/part.ts": "export const part = 1;" },
      TWO_FUNCTIONS,
    );

    const { ids } = await project.after("reloaded", () => {
      for (let count = 0; count < 500; count++) project.save(`lib/more${count}.ts`, `export const more = ${count};`);
      project.save("lib/part.ts", "export const part = 2;");
      project.save(HANDLER, `${handler}// changed\n`);
    });

    expect(ids).toEqual(["api", "other"]);
    expect([(await project.ask()).text, (await project.ask("other")).text]).toEqual(["2", "2"]);
  });
});

describe("code that cannot be bundled", () => {
  test("is told with its place, once, while the old code goes on, and until it is repaired", async () => {
    const project = await WatchedProject.start({ [HANDLER]: makeHandler("1") });
    const { pid } = await project.ask();

    const failed = await project.after("reload-failed", () => {
      project.save(HANDLER, "export const handler = async () => {\n  retrun 2;\n};\n");
    });
    const during = [project.environment.problem, (await project.ask()).text];
    const same = await project.after("reloaded", () => {
      project.save(HANDLER, makeHandler("1"));
    });
    const repaired = [project.environment.problem, same.ids, (await project.ask()).pid];
    await project.after("reloaded", () => {
      project.save(HANDLER, makeHandler("2"));
    });

    const mistakes = [{ file: `${HANDLER}:2:10`, message: 'Expected ";" but found "2"' }];
    expect(failed.mistakes).toEqual(mistakes);
    expect(during).toEqual([mistakes, "1"]);
    expect(repaired).toEqual([undefined, [], pid]);
    expect((await project.ask()).text).toBe("2");
    expect(project.told("reload-failed")).toHaveLength(1);
  });

  test("does not hold back other functions", async () => {
    const project = await WatchedProject.start(
      { [HANDLER]: makeHandler("1"), [OTHER]: makeHandler("1") },
      TWO_FUNCTIONS,
    );

    const [reloaded, failed] = await Promise.all([
      project.after("reloaded", () => undefined),
      project.after("reload-failed", () => {
        project.save(HANDLER, "export const other = 1;\n");
        project.save(OTHER, makeHandler("2"));
      }),
    ]);

    expect(reloaded.ids).toEqual(["other"]);
    expect(failed.mistakes).toEqual([{ file: HANDLER, message: "expected an export named handler, got other" }]);
    expect([(await project.ask()).text, (await project.ask("other")).text]).toEqual(["1", "2"]);
  });

  test("is repaired by a file in a folder that no function has used before", async () => {
    const handler = makeHandler("part", 'import { part } from "../../lib/deep/part";\n');
    const project = await WatchedProject.start({ [HANDLER]: makeHandler("1"), "lib/deep/other.ts": "" });
    await project.after("reload-failed", () => {
      project.save(HANDLER, handler);
    });

    await project.after("reloaded", () => {
      project.save("lib/deep/part.ts", "export const part = 2;");
    });

    expect([project.environment.problem, (await project.ask()).text]).toEqual([undefined, "2"]);
  });

  test("has failures with their places in the code that ran", async () => {
    const makeFailing = (lines: number) =>
      `${"\n".repeat(lines)}export const handler = async () => { throw new Error("as asked"); };\n`;
    const project = await WatchedProject.start({ [HANDLER]: makeFailing(0) });
    await project.ask();

    await project.after("reloaded", () => {
      project.save(HANDLER, makeFailing(3));
    });
    await project.ask();

    const places = project.told("function-failed").map(({ where }) => where?.replace(/:\d+$/, ""));
    expect(places).toEqual([`${HANDLER}:1`, `${HANDLER}:4`]);
  });
});

test.each(["package.json", "package-lock.json", "functions/api/infrastructure.ts"])(
  "%s counts only after a restart, which is told",
  async (file) => {
    const project = await WatchedProject.start({ [HANDLER]: makeHandler("1") });

    const { files } = await project.after("restart-needed", () => {
      project.save(file, "{}");
    });

    expect(files).toEqual([file]);
    expect(project.told("reloaded")).toEqual([]);
  },
);

test("without being asked to, nothing is watched", async () => {
  const project = await WatchedProject.start({ [HANDLER]: makeHandler("1") }, undefined, { watch: false });
  const watched = await WatchedProject.start({ [HANDLER]: makeHandler("1") });

  project.save(HANDLER, makeHandler("2"));
  await watched.after("reloaded", () => {
    watched.save(HANDLER, makeHandler("2"));
  });

  expect([(await project.ask()).text, project.told("reloaded")]).toEqual(["1", []]);
});
