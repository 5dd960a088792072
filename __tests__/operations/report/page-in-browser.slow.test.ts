import { expect, test } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describeInBrowser, saveScreenshot, testReadablePage, measureDrawnCharts } from "../../support/browser";
import { makeStateChange } from "../../support/fake-aws";
import { DAY, HOUR, makeWorld, runReport, TO, WEEK } from "./world";
import { publish, makeRandomNumbers, makeRandomTraffic } from "./traffic";

const OF_FUNCTION = ["requests", "response", "cold", "init", "memory", "instances"];

const MINUTE = 60_000;

describeInBrowser("the page of a report, in a browser", (open) => {
  const world = makeWorld();
  let full: string | undefined;

  /** The page of a week with everything that there can be. */
  async function fullPage(): Promise<string> {
    if (full !== undefined) return full;
    const random = makeRandomNumbers(1);
    const isWarmed = (hour: number) => hour >= 6;
    for (const [from, to, failingShare] of [
      [TO - 2 * WEEK, TO - WEEK, 0.0004],
      [TO - WEEK, TO, 0.003],
    ] as const) {
      publish(
        world().metrics,
        "dev-api",
        512,
        makeRandomTraffic(random, from, to, { perHour: 40, failingShare, isWarmed }),
      );
      publish(
        world().metrics,
        "dev-web",
        512,
        makeRandomTraffic(random, from, to, { perHour: 8, slowMilliseconds: 600, memoryMb: 360 }),
      );
    }
    const ring = (alarm: string, at: number, minutes: number) => [
      makeStateChange(alarm, at, "ALARM", { badAt: [at - 4 * MINUTE] }),
      makeStateChange(alarm, at + minutes * MINUTE, "OK"),
    ];
    world().history = [
      ...ring("dev-api-errors", TO - 6 * DAY, 25),
      ...ring("dev-api-errors", TO - 2 * DAY, 55),
      ...ring("dev-api-degraded", TO - 3 * DAY - 5 * HOUR, 300),
      ...ring("dev-web-response-time", TO - 5 * DAY, 5000),
      ...ring("dev-web-degraded", TO - 5 * DAY, 5000),
    ].sort((one, other) => Number(one.Timestamp) - Number(other.Timestamp));
    world().notes = [
      JSON.stringify({
        alarm: "dev-api-errors",
        rangAt: new Date(TO - 2 * DAY).toISOString(),
        text: "rolled back to 41",
      }),
    ];
    world().percentiles = { "/aws/lambda/dev-api": { requests: 1e6, p50: 18, p90: 92, p99: 310 } };
    const keys = ["cold-starts", "init-duration", "memory", "response-time", "errors", "degraded"];
    world().setAlarms(...world().alarms.keys(), ...keys.map((key) => `dev-web-${key}`));
    return (full = await pageOf("api = {}\nweb = {}\nlegacy = { existing = true }"));
  }

  async function pageOf(functions: string): Promise<string> {
    const { root } = await runReport(world(), ["report", "dev"], { functions });
    const file = readdirSync(join(root, "reports")).find((name) => name.endsWith(".html"));
    return readFileSync(join(root, "reports", file ?? "no page"), "utf8");
  }

  testReadablePage(open, "report", fullPage, [
    "all-requests",
    "alarms",
    ...["api", "web"].flatMap((name) => OF_FUNCTION.map((id) => `${name}-${id}`)),
  ]);

  test("says so where there is nothing to draw", async () => {
    const { page, complaints } = await open(await pageOf("api = {}"));
    await saveScreenshot(page, "report-empty");
    const text = await page.innerText("body");

    expect(complaints).toEqual([]);
    expect(text).toContain("No data yet: nobody has called a function of dev in this time.");
    expect(await measureDrawnCharts(page)).toEqual([]);
  });

  test("shows names and notes as text, whatever they are", async () => {
    const at = TO - DAY;
    world().history = [
      makeStateChange("dev-api-errors", at, "ALARM"),
      makeStateChange("dev-api-errors", at + MINUTE, "OK"),
    ];
    const text = '<img src=x onerror="alert(1)"> & more';
    world().notes = [JSON.stringify({ alarm: "dev-api-errors", rangAt: new Date(at).toISOString(), text })];

    const { page, complaints } = await open(await pageOf("api = {}"));

    expect(complaints).toEqual([]);
    expect(await page.innerText("#alarms-table")).toContain(`changed: ${text}`);
  });
});
