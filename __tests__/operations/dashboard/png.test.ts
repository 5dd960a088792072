import { expect, test } from "@jest/globals";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writePng } from "../../../operations/dashboard/png";
import { makeTemporaryFolder } from "../../support/project";

const PICTURE = { svg: "<svg/>", width: 10, height: 10 };

/** A program that is called as a browser would be. */
function makeBrowser(script: string): string {
  const file = join(makeTemporaryFolder(), "browser");
  writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}

test("a picture from an earlier run does not count as one that the browser made", async () => {
  const folder = makeTemporaryFolder();
  const [browser, file] = [makeBrowser("exit 0"), join(folder, "dev.png")];
  writeFileSync(file, "old");

  await expect(writePng(browser, PICTURE, file)).rejects.toThrow(`${browser} has made no picture for ${file}`);

  expect(readFileSync(file, "utf8")).toBe("old");
});

test("a picture that is half made is not written", async () => {
  const folder = makeTemporaryFolder();
  const browser = makeBrowser(
    'for each; do case "$each" in --screenshot=*) printf half > "${each#--screenshot=}";; esac; done; exit 1',
  );

  await expect(writePng(browser, PICTURE, join(folder, "dev.png"))).rejects.toThrow("did not make a picture");

  expect(readdirSync(folder)).toEqual([]);
});

test("a picture may be in a new folder", async () => {
  const file = join(makeTemporaryFolder(), "new", "dev.png");
  const browser = makeBrowser(
    'for each; do case "$each" in --screenshot=*) printf png > "${each#--screenshot=}";; esac; done',
  );

  await writePng(browser, PICTURE, file);

  expect(readFileSync(file, "utf8")).toBe("png");
});
