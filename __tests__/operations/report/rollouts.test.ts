import { expect, test } from "@jest/globals";
import { type PerformanceReport, performanceReportSchema } from "../../../operations/report/report-schema";
import { makeRolloutRow } from "../../support/rollout-records";
import { DAY, makeWorld, runReport, TO, WEEK } from "./world";

const MINUTE = 60_000;
const ROLLED_OUT = { functions: 'api = { rollout = { strategy = "canary" } }' };

const world = makeWorld();

async function report(dev: typeof ROLLED_OUT | undefined = ROLLED_OUT) {
  const run = await runReport(world(), ["report", "dev", "--json", "--no-logs"], dev);
  const found: PerformanceReport = performanceReportSchema.parse(JSON.parse(run.stdout.at(-1) ?? run.stderr.join()));
  return { ...run, found };
}

async function reportAsText() {
  return (await runReport(world(), ["report", "dev", "--no-logs"], ROLLED_OUT)).stdout.map((line) => line.trim());
}

/** Records of a rollout that ended after eight minutes. */
function makeRolloutRows(at: number, ended: NonNullable<Parameters<typeof makeRolloutRow>[1]> = {}) {
  const to = ended.to ?? "42";
  return [
    makeRolloutRow(at, { to, rolloutId: `r-${to}` }),
    makeRolloutRow(at + 5 * MINUTE, { event: "step", percent: 100, to, rolloutId: `r-${to}` }),
    makeRolloutRow(at + 8 * MINUTE, {
      ...{ event: "end", status: "completed", percent: 100, reason: "No harm was found.", to, rolloutId: `r-${to}` },
      ...ended,
    }),
  ];
}

test("lists the rollouts of the period, with how they ended and why", async () => {
  const findings = [{ measure: "errors" as const, text: "10 % of 410 requests failed" }];
  world().rolloutRows = [
    ...makeRolloutRows(TO - WEEK - DAY, { to: "40" }),
    ...makeRolloutRows(TO - 3 * DAY),
    ...makeRolloutRows(TO - DAY, { status: "rolled_back", percent: 0, reason: "It fails more.", findings, to: "43" }),
    makeRolloutRow(TO - MINUTE, { to: "44", rolloutId: "r-44", reason: "" }),
  ];

  const { found } = await report();

  expect(found.rollouts).toEqual([
    {
      ...{ function: "api", from: "41", to: "42", status: "completed", reason: "No harm was found.", findings: [] },
      ...{ beganAt: "2026-01-16T10:00:00.000Z", endedAt: "2026-01-16T10:08:00.000Z" },
    },
    {
      ...{ function: "api", from: "41", to: "43", status: "rolled_back", reason: "It fails more." },
      findings: ["10 % of 410 requests failed"],
      ...{ beganAt: "2026-01-18T10:00:00.000Z", endedAt: "2026-01-18T10:08:00.000Z" },
    },
    {
      ...{ function: "api", from: "41", to: "44", status: "running", reason: "", findings: [] },
      beganAt: "2026-01-19T09:59:00.000Z",
    },
  ]);
  const lines = (await reportAsText()).map((line) => line.split(/ {2,}/));
  expect(lines).toContainEqual(["api", "41 to 42", "2026-01-16 10:00", "8 min", "completed", "No harm was found."]);
  expect(lines).toContainEqual([
    ...["api", "41 to 43", "2026-01-18 10:00", "8 min", "went back", "It fails more.; 10 % of 410 requests failed"],
  ]);
  expect(lines).toContainEqual(["api", "41 to 44", "2026-01-19 09:59", "-", "running"]);
});

test("marks them in the function's charts, with one text for all", async () => {
  world().rolloutRows = [
    ...makeRolloutRows(TO - 3 * DAY),
    ...makeRolloutRows(TO - DAY, { status: "rolled_back", percent: 0, to: "43" }),
  ];
  world().metrics.put("AWS/Lambda", "Invocations", { FunctionName: "dev-api", Resource: "dev-api:live" }, TO - DAY, 10);

  const { files } = await report();

  const [, page = ""] = Object.entries(files).find(([path]) => path.endsWith(".html")) ?? [];
  const [, requests = ""] = page.split('<figure id="api-requests">');
  const [figure = ""] = requests.split("</figure>");
  expect(figure.match(/a rollout begins: [^<]*/g)).toEqual(["a rollout begins: version 42, 43 (went back)"]);
});

test("a period without rollouts, and an environment without them, has no section", async () => {
  const none = await report();
  const elsewhere = await report(undefined);

  expect([none.found.rollouts, elsewhere.found.rollouts]).toEqual([undefined, undefined]);
  expect((await reportAsText()).join("\n")).not.toContain("Rollouts");
});

test("records that cannot be read are said, and the rest is there", async () => {
  world().deny("StartQuery");

  const { exitCode, found } = await report();

  expect(exitCode).toBe(1);
  expect(found.unread).toEqual([{ what: "rollouts", why: "AWS does not allow logs:StartQuery: not authorized" }]);
});
