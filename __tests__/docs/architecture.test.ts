import { expect, test } from "@jest/globals";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/** The product's rooms, and of `functions` what comes with it: users may add folders of their own. */
const ROOMS = [
  "advisor",
  "docs",
  "environments",
  "functions",
  "local",
  "model",
  "operations",
  "performance",
  "rollout",
  "stacks",
  "warming",
];
const OWN_FUNCTIONS = /^functions\/(alarm-notifier|api|rollout-controller|warmer)\//;

/** Every import of one room by another, as in `stacks --> environments`, read from the code. */
function importsBetweenRooms(): string[] {
  const sources = [
    { room: "main", file: "main.ts" },
    ...ROOMS.flatMap((room) =>
      readdirSync(room, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => ({ room, file: `${room}/${file}` })),
    ),
  ].filter(({ room, file }) => room !== "functions" || OWN_FUNCTIONS.test(file));
  const found = sources.flatMap(({ room, file }) =>
    [
      ...readFileSync(file, "utf8").matchAll(
        room === "main" ? /(?:from |import\()"\.\/([\w-]+)\//g : /(?:from |import\()"(?:\.\.\/)+([\w-]+)["/]/g,
      ),
    ]
      .map(([, target = ""]) => target)
      .filter((target) => ROOMS.includes(target) && target !== room)
      .map((target) => `${room} --> ${target}`),
  );
  return [...new Set(found)].sort();
}

test("the picture of the rooms in docs/architecture.md shows the imports that there are", () => {
  const [, picture = ""] =
    /```mermaid\nflowchart TD\n([^`]*)```/.exec(readFileSync("docs/architecture.md", "utf8")) ?? [];
  const arrows = picture
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.includes("-->"));
  expect(arrows.sort()).toEqual(importsBetweenRooms());
});

test("every source file that docs/architecture.md names exists", () => {
  const files = ROOMS.flatMap((room) => readdirSync(room, { recursive: true, encoding: "utf8" }));
  const known = new Set([...files.map((file) => basename(file)), "main.ts"]);
  const named = readFileSync("docs/architecture.md", "utf8").match(/[\w-]+\.ts\b/g) ?? [];
  expect(named.filter((file) => !known.has(file))).toEqual([]);
});

test("every place that CONTRIBUTING.md sends to exists", () => {
  const [, table = ""] = /\| To change [^\n]*\n([^]*?)\n\n/.exec(readFileSync("CONTRIBUTING.md", "utf8")) ?? [];
  const places = [...table.matchAll(/`([\w.-]+\/[\w./-]*)`/g)].map(([, place = ""]) => place);
  expect(places.length).toBeGreaterThan(20);
  expect(places.filter((place) => !existsSync(place))).toEqual([]);
});
