import { expect, test } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";

const ROOMS = [
  "advisor",
  "environments",
  "local",
  "model",
  "operations",
  "performance",
  "rollout",
  "stacks",
  "warming",
];
const EXPORTED = /^export (?:async )?(?:const enum|const|function\*?|class|interface|type|enum) (\w+)/gm;

test("an exported name has one meaning in the whole house", () => {
  const places = new Map<string, string[]>();
  for (const room of [
    ...ROOMS,
    "functions/api",
    "functions/alarm-notifier",
    "functions/rollout-controller",
    "functions/warmer",
  ]) {
    for (const file of readdirSync(room, { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".ts")) continue;
      for (const [, name = ""] of readFileSync(`${room}/${file}`, "utf8").matchAll(EXPORTED)) {
        places.set(name, [...(places.get(name) ?? []), `${room}/${file}`]);
      }
    }
  }
  // Each function's own, which Lambda calls by this name.
  places.delete("handler");
  expect(places.size).toBeGreaterThan(500);
  expect([...places].filter(([, files]) => files.length > 1)).toEqual([]);
});
