import { expect, test } from "@jest/globals";
import { randomBytes } from "node:crypto";
import { bundleFunctions } from "../../stacks/bundle";
import { makeProject, makeTemporaryFolder } from "../support/project";

test.each([
  ["as a zip", randomBytes(51 * 2 ** 20), 50, "51.0"],
  ["unpacked", new Uint8Array(251 * 2 ** 20), 250, "251.0"],
])("more code than Lambda takes %s is refused", async (how, content, limit, got) => {
  const root = makeProject({ "functions/api/large.bin": content });

  const bundling = bundleFunctions(root, [{ name: "api", files: ["large.bin"] }], makeTemporaryFolder());

  await expect(bundling).rejects.toThrow(
    `functions/api/handler.ts: expected at most ${limit} MB of code ${how}, which is Lambda's limit, got ${got} MB`,
  );
});
