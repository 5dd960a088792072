import { expect, jest, test } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadReportSchema } from "../../../operations/load/report-schema";
import { runCommand } from "../../support/command";
import { makeTemporaryFolder, makeTfvars } from "../../support/project";

const HANDLER = `import { monitorHttp } from ${JSON.stringify(resolve("performance"))};
export const handler = monitorHttp(async () => {
  // Long enough for all requests of a burst to be there at once, however slowly they are sent.
  await new Promise((resolve) => setTimeout(resolve, 2000));
  return { statusCode: 200 };
});
`;

// Real functions start in real processes, some forty of them.
jest.setTimeout(180_000);

test("on this computer, warming brings the share of cold starts below 5 %", async () => {
  const out = makeTemporaryFolder();

  const { stdout } = await runCommand(["load", "cold-start", "--idle", "8", "--out", out], {
    files: {
      "environments/dev.tfvars": makeTfvars({ functions: 'api = { memory_mb = 256, endpoint = "iam" }' }),
      "functions/api/handler.ts": HANDLER,
      "functions/warmer/handler.ts": `export { handler } from ${JSON.stringify(resolve("functions/warmer/handler"))};\n`,
    },
  });

  const file = readdirSync(out).find((name) => name.endsWith(".json")) ?? "";
  const report = loadReportSchema.parse(JSON.parse(readFileSync(join(out, file), "utf8")));
  expect(report.figures.requests).toBe(38);
  expect(report.figures.coldStartPercentWithoutWarming).toBeGreaterThanOrEqual(50);
  expect(report.figures.coldStartPercentWithWarming).toBeLessThan(5);
  expect(report.figures.maxInstances).toBeGreaterThanOrEqual(20);
  expect(report.figures.averageInitMilliseconds).toBeGreaterThan(0);
  expect(report.phases.flatMap(({ warming }) => warming?.asked ?? [])).toEqual([1, 2, 5, 10, 20]);
  expect(report.failures).toEqual({});
  expect(stdout.join("\n")).toMatch(/met +cold starts +< 5 % +0 %/);
});
