import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { mergeFiles } from "../../../operations/project/merge";

const FILE = "plan.yml";
const update = (was: string | undefined, is: string | undefined, next: string, file = FILE) => {
  const toMap = (text: string | undefined) => new Map(text === undefined ? [] : [[file, text]]);
  return mergeFiles(toMap(was), toMap(is), toMap(next));
};
const merge = (was: string | undefined, is: string | undefined, next: string) =>
  update(was, is, next).map(({ outcome, text }) => [outcome, text]);
const lines = (...all: string[]) => all.map((line) => `${line}\n`).join("");

test.each([
  ["a file that is as it was becomes the new one", "a\n", "a\n", "b\n", [["updated", "b\n"]]],
  ["a file that the new version does not change stays", "a\n", "mine\n", "a\n", []],
  ["a new file is added", undefined, undefined, "b\n", [["added", "b\n"]]],
  ["a new file does not replace one that is there", undefined, "mine\n", "b\n", [["kept", "mine\n"]]],
  ["a file that was deleted stays away", "a\n", undefined, "b\n", []],
  ["a file that is already as the new one is not mentioned", "a\n", "b\n", "b\n", []],
  ["changes of the same line keep the project's", "a\n", "mine\n", "b\n", [["kept", "mine\n"]]],
])("%s", (_, was, is, next, expected) => {
  expect(merge(was, is, next)).toEqual(expected);
});

test("changes of both sides in different lines are both in the result", () => {
  const was = lines("one", "two", "three", "four", "five", "six");
  const is = lines("one", "mine", "three", "four", "five", "six");
  const next = lines("one", "two", "three", "four", "theirs", "six", "seven");

  expect(merge(was, is, next)).toEqual([["merged", lines("one", "mine", "three", "four", "theirs", "six", "seven")]]);
});

test("changes fit into a file with the line ends of Windows, which stay", () => {
  const was = lines("one", "two", "three", "four");
  const is = lines("one", "mine", "three", "four").replaceAll("\n", "\r\n");
  const next = lines("one", "two", "three", "theirs");

  expect(merge(was, is, next)).toEqual([["merged", "one\r\nmine\r\nthree\r\ntheirs\r\n"]]);
});

test("no line that the project has added is lost, whatever the new version is", () => {
  const shared = fc.array(fc.constantFrom("a", "b", "c", "d", "e", "f"), { maxLength: 12 });
  const own = fc.array(fc.tuple(fc.nat(12), fc.stringMatching(/^own \w{1,5}$/)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(shared, shared, own, (was, next, added) => {
      const is: string[] = [...was];
      for (const [place, line] of added) is.splice(place, 0, line);

      const [[, result] = ["", lines(...is)]] = merge(lines(...was), lines(...is), lines(...next));

      const rest = result?.split("\n") ?? [];
      for (const [, line] of added) expect(rest).toContain(line);
    }),
  );
});

test("edits in different places are all made, each in its place", () => {
  const edit = fc.record({
    by: fc.constantFrom("nobody", "project", "new version"),
    lines: fc.nat(2),
    text: fc.nat(2),
  });
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 12 }), (edits) => {
      const write = (...editors: string[]) =>
        edits
          .flatMap(({ by, lines: count, text }, place) => [
            `stable ${place}\n`,
            ...(editors.includes(by)
              ? Array.from({ length: text }, (_, line) => `${by} ${place} ${line}\n`)
              : Array.from({ length: count }, (_, line) => `old ${place} ${line}\n`)),
          ])
          .join("");
      const [was, is, next] = [write(), write("project"), write("new version")];

      const [{ text, misfit } = { text: is, misfit: "" }] = update(was, is, next);

      expect({ text, misfit }).toEqual({ text: write("project", "new version"), misfit: "" });
    }),
  );
});

describe("a job of the project's own with the same lines as a maintained one", () => {
  const job = (name: string, version: number, command: string) =>
    lines(`  ${name}:`, "    steps:", `      - uses: checkout@${version}`, "        with:", `      - run: ${command}`);

  test.each([
    ["before", (own: string, theirs: string) => lines("jobs:") + own + theirs],
    ["after", (own: string, theirs: string) => lines("jobs:") + theirs + own],
  ])("stays as it is %s that", (_, join) => {
    const was = lines("jobs:") + job("plan", 4, "plan");
    const is = join(job("mine", 4, "plan"), job("plan", 4, "plan"));

    const result = merge(was, is, was.replace("checkout@4", "checkout@5"));

    expect(result).toEqual([["merged", join(job("mine", 4, "plan"), job("plan", 5, "plan"))]]);
  });

  test("stays as it is where the maintained one was rewritten or removed", () => {
    const was = lines("jobs:") + job("plan", 4, "plan");
    const own = job("mine", 4, "plan");
    for (const rest of ["", job("plan", 3, "other")]) {
      const is = lines("jobs:") + rest + own;

      const [result] = update(was, is, was.replace("checkout@4", "checkout@5"));

      expect(result).toMatchObject({ outcome: "kept", text: is });
      expect(result?.misfit).toContain("+      - uses: checkout@5");
    }
  });
});

test("no job of the project's own is ever changed", () => {
  const steps = fc.array(fc.constantFrom("      - a\n", "      - b\n", "        with: c\n", "      - d\n\n"), {
    maxLength: 6,
  });
  const jobs = fc.tuple(steps, steps, steps).map((all) => all.map((lines, at) => `  job${at}:\n${lines.join("")}`));
  const own = fc
    .tuple(steps, fc.nat(3))
    .map(([lines, place]) => ({ text: `  own:\n${lines.join("")}  end:\n`, place }));
  fc.assert(
    fc.property(jobs, jobs, jobs, own, (was, is, next, { text: mine, place }) => {
      const current = is.toSpliced(place, 0, mine).join("");

      const [{ text } = { text: current }] = update(was.join(""), current, next.join(""));

      expect(text).toContain(mine);
    }),
  );
});

test("what fits is taken over, what does not is reported until it is made", () => {
  const was = lines("one", "two", "three", "four", "five");
  const is = lines("mine", "two", "three", "four", "five");
  const next = lines("new", "two", "three", "four", "newer");

  const [first] = update(was, is, next);
  const [second] = update(first?.base, first?.text, next);
  const byHand = update(first?.base, first?.text.replace("mine\n", "mine too\nnew\n"), next);

  expect(first).toMatchObject({ outcome: "merged", text: lines("mine", "two", "three", "four", "newer") });
  expect(first?.misfit).toMatch(/-one\n\+new\n/);
  expect(first?.misfit).not.toContain("+newer");
  expect(second).toMatchObject({ outcome: "kept", diff: "", misfit: first?.misfit });
  expect(byHand).toEqual([]);
});

test("a change that the project has made already is no conflict", () => {
  const was = lines("one", "two", "three", "four");

  expect(update(was, lines("new", "mine", "three", "four"), lines("new", "two", "three", "four"))).toEqual([]);
  expect(update(was, lines("new", "two", "three", "mine"), lines("new", "two", "three", "four"))).toEqual([]);
});

describe("package.json", () => {
  const format = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`;
  const mergeManifest = (was: object, is: object, next: object) =>
    update(format(was), format(is), format(next), "package.json").map(({ text, misfit }) => ({
      text,
      misfit: misfit.split("\n").filter((line) => /^[-+] /.test(line)),
    }));
  const was = {
    scripts: { test: "a", gone: "b" },
    dependencies: { warmwatch: "^1.0.0" },
    devDependencies: { tsx: "1" },
  };
  const next = {
    scripts: { test: "new", add: "c" },
    dependencies: { warmwatch: "^2.0.0" },
    devDependencies: { tsx: "2" },
  };

  test("is merged by keys, in the project's order", () => {
    const is = {
      devDependencies: { own: "1", tsx: "1" },
      dependencies: { axios: "1", warmwatch: "1.0.1", zod: "4" },
      scripts: { gone: "b", test: "a" },
      license: "MIT",
    };

    expect(mergeManifest(was, is, next)).toEqual([
      {
        text: format({
          devDependencies: { own: "1", tsx: "2" },
          dependencies: { axios: "1", warmwatch: "^2.0.0", zod: "4" },
          scripts: { test: "new", add: "c" },
          license: "MIT",
        }),
        misfit: [],
      },
    ]);
  });

  test("keeps the project's value where both have changed it, reports that, and takes the rest", () => {
    const is = { ...was, scripts: { test: "mine", gone: "b" } };

    expect(mergeManifest(was, is, next)).toEqual([
      {
        text: format({ ...next, scripts: { test: "mine", add: "c" } }),
        misfit: ['-    "test": "a",', '+    "test": "new",'],
      },
    ]);
  });

  test("keeps away what the project has deleted", () => {
    const is = { scripts: {}, dependencies: { warmwatch: "^1.0.0" } };

    expect(mergeManifest(was, is, next)).toEqual([
      { text: format({ scripts: { add: "c" }, dependencies: { warmwatch: "^2.0.0" } }), misfit: [] },
    ]);
  });

  test("raises this package also where the project has moved it", () => {
    const is = { ...was, dependencies: {}, devDependencies: { tsx: "1", warmwatch: "1.0.0" } };

    expect(mergeManifest(was, is, next)[0]?.text).toContain('"warmwatch": "^2.0.0"');
  });

  test("that is no JSON is merged by lines", () => {
    const is = `// mine\n${format(was)}`;

    expect(update(format(was), is, format(next), "package.json")[0]?.text).toMatch(/^\/\/ mine\n[^]*"\^2\.0\.0"/);
  });
});
