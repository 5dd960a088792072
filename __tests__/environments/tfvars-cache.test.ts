import { beforeEach, describe, expect, test } from "@jest/globals";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseTfvarsOnce } from "../../environments/tfvars-cache";
import { makeTemporaryFolder } from "../support/project";

const FILE = "environments/dev.tfvars";

describe("a tfvars file that is read again", () => {
  let root: string;
  let cache: string;

  beforeEach(() => {
    root = makeTemporaryFolder();
    mkdirSync(join(root, "node_modules"));
    cache = join(root, "node_modules/.cache/warmwatch/tfvars/dev.tfvars.json");
  });

  const parse = (text: string) => parseTfvarsOnce(root, FILE, Buffer.from(text));
  const changeCache = (from: string, to: string) => {
    writeFileSync(cache, readFileSync(cache, "utf8").replace(from, to));
  };

  test("is not parsed again while it is the same", async () => {
    const first = await parse('region = "eu-west-1"');
    changeCache("eu-west-1", "kept");

    const [second, changed] = [await parse('region = "eu-west-1"'), await parse('region = "eu-west-2"')];

    expect([first, second, changed].map(({ values }) => values)).toEqual([
      { region: "eu-west-1" },
      { region: "kept" },
      { region: "eu-west-2" },
    ]);
  });

  test("is parsed if the cache is broken, or was of another parser", async () => {
    await parse("a = 1");
    const [, hash = ""] = /"hash":"(\w+)"/.exec(readFileSync(cache, "utf8")) ?? [];
    changeCache(
      hash,
      hash.replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
    );
    const afterAnother = await parse("a = 1");
    writeFileSync(cache, "{");

    expect([afterAnother.values, (await parse("a = 1")).values]).toEqual([{ a: 1 }, { a: 1 }]);
  });

  test("tells its mistakes each time", async () => {
    const [first, second] = [await parse("a = 1\na = 2"), await parse("a = 1\na = 2")];

    expect(first.mistakes.map(({ file }) => file)).toEqual([`${FILE}:2:1`]);
    expect(second).toEqual(first);
  });

  test("is parsed where the cache cannot be written", async () => {
    writeFileSync(join(root, "node_modules/.cache"), "a file");

    expect((await parse("a = 1")).values).toEqual({ a: 1 });
  });

  test("leaves nothing in a folder without packages", async () => {
    const empty = makeTemporaryFolder();

    const { values } = await parseTfvarsOnce(empty, FILE, Buffer.from("a = 1"));

    expect([values, existsSync(join(empty, "node_modules"))]).toEqual([{ a: 1 }, false]);
  });
});
