import { expect, test } from "@jest/globals";
import { renderPage } from "../../../operations/document/html";
import { buildReportDocument } from "../../../operations/report/document";
import { performanceReportSchema } from "../../../operations/report/report-schema";
import { makeRandomNumbers, makeRandomTraffic, publish } from "./traffic";
import { makeWorld, runReport, TO, WEEK } from "./world";

const world = makeWorld();

test("a page of many functions has charts of the busiest, and at most 1.2 MB", async () => {
  const traffic = makeRandomTraffic(makeRandomNumbers(1), TO - WEEK, TO, { perHour: 12, failingShare: 0.01 });
  publish(world().metrics, "dev-api", 512, traffic);
  const { stdout } = await runReport(world(), ["report", "dev", "--json", "--no-logs"]);
  const report = performanceReportSchema.parse(JSON.parse(stdout[0] ?? ""));
  const functions = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((requests) =>
    report.functions.map((one) => ({ ...one, name: `dev-f${requests}`, figures: { ...one.figures, requests } })),
  );

  const page = await renderPage(buildReportDocument({ ...report, functions }));

  expect(page.length).toBeLessThan(1.2e6);
  expect(page).toContain("Charts of dev-f1");
  expect(page).toContain("Charts of dev-f2");
  expect(page).not.toContain("Charts of dev-f3");
});
