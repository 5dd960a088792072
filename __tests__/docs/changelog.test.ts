import { expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { version } from "../../package.json";

test("CHANGELOG.md has what is not released first, then the version of package.json, then older ones", () => {
  const headings = [...readFileSync("CHANGELOG.md", "utf8").matchAll(/^## (.*)$/gm)].map(([, heading = ""]) => heading);

  const [first, newest = "", ...older] = headings;

  expect(first).toBe("Unreleased");
  expect(newest).toMatch(/^\d+\.\d+\.\d+ \(\d{4}-\d{2}-\d{2}\)$/);
  expect(newest.split(" ")[0]).toBe(version);
  const dates = [newest, ...older].map((heading) => /\((.*)\)/.exec(heading)?.[1]);
  expect(dates).toEqual([...dates].sort().reverse());
});
