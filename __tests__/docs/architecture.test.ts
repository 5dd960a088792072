import { expect, test } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/** Folders that hold no part of the product. */
const OUTSIDE = new Set(["__tests__", "node_modules", "cdktf.out", "coverage", "benchmarks"]);

/** Every import of one room by another, as in `stacks --> environments`, read from the code. */
function importsBetweenRooms(): string[] {
  const rooms = readdirSync(".", { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && !OUTSIDE.has(entry.name))
    .map(({ name }) => name);
  const sources = [
    { room: "main", file: "main.ts" },
    ...rooms.flatMap((room) =>
      readdirSync(room, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => ({ room, file: `${room}/${file}` })),
    ),
  ];
  const found = sources.flatMap(({ room, file }) =>
    [
      ...readFileSync(file, "utf8").matchAll(
        room === "main" ? /from "\.\/([\w-]+)\//g : /from "(?:\.\.\/)+([\w-]+)["/]/g,
      ),
    ]
      .map(([, target = ""]) => target)
      .filter((target) => rooms.includes(target) && target !== room)
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
  const files = ["environments", "stacks", "stacks/monitoring", "stacks/warming", "performance"].flatMap((room) =>
    readdirSync(room),
  );
  const named = readFileSync("docs/architecture.md", "utf8").match(/[\w-]+\.ts\b/g) ?? [];
  expect(named.filter((file) => ![...files, "main.ts", "handler.ts"].includes(basename(file)))).toEqual([]);
});
