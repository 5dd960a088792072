import { expect, test } from "@jest/globals";
import { comparisonWith, changesOf } from "../../../operations/load/compare";
import { pageOf } from "../../../operations/load/page/page";
import { reportSchema } from "../../../operations/load/report-schema";
import { reportLines } from "../../../operations/load/text";
import { sampleReport } from "./support";

const CHARTS = ["latency", "distribution", "cold-starts", "instances", "requests", "errors", "memory"];

test("a report is the same after it was written as JSON and read", () => {
  const report = sampleReport();

  expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
});

test("the page refers to nothing outside of itself, and runs no script", () => {
  const page = pageOf(sampleReport());

  expect(page).not.toMatch(/https?:|@import|url\(|<script|\son\w+=/i);
  expect(page.match(/\b(src|href)="[^"]*"/g)).toEqual(['href="data:,"']);
});

test("the page has every chart, with something drawn in it", () => {
  const page = pageOf(sampleReport());

  for (const chart of CHARTS) {
    const drawn = new RegExp(`<svg id="${chart}"[^]*?</svg>`).exec(page)?.[0] ?? "";
    expect(drawn).toMatch(/<(polyline|circle|rect class="bar)/);
    expect(drawn).not.toMatch(/NaN|Infinity|undefined/);
  }
});

test("the page of a cold-start run shows each burst without and with warming", () => {
  const phase = (part: string, requests: number, coldStarts: number) => ({
    ...{ name: `burst of ${requests}, ${part}`, part, startSecond: 0, broken: false, failed: 0 },
    ...{ requests, coldStarts },
  });
  const sample = sampleReport();
  const page = pageOf({
    ...sample,
    settings: { ...sample.settings, profile: "cold-start" },
    phases: [phase("without warming", 2, 2), phase("with warming", 2, 0)],
  });

  expect(page).toMatch(
    /<svg id="warming"[^]*burst of 2, without warming: 2 of 2 cold[^]*burst of 2, with warming: 0 of 2 cold/,
  );
});

test("of an address, the page says what cannot be measured there", () => {
  const sample = sampleReport();
  const page = pageOf({
    ...sample,
    settings: { ...sample.settings, target: "url", address: "https://example.com/?a=<b>" },
  });

  expect(page).not.toContain('<svg id="instances"');
  expect(page.match(/Not measurable here: a deployed function/g)).toHaveLength(3);
  expect(page).toContain("https://example.com/?a=&lt;b&gt;");
});

test("the page of a run without any request is whole", () => {
  const page = pageOf({ ...sampleReport(), series: [], phases: [], distribution: [], figures: {}, failures: {} });

  expect(page).not.toMatch(/NaN|Infinity|undefined/);
  expect(page.trimEnd()).toMatch(/<\/html>$/);
});

test("a comparison shows each figure then and now, the change, and settings that differ", () => {
  const baseline = sampleReport({ figures: { p99Milliseconds: 60, coldStartPercent: 0.5, heldRatePerSecond: 10 } });
  const now = sampleReport({ environment: { ...baseline.environment, settings: { memory_mb: "512" } } });
  const report = { ...now, comparison: comparisonWith(baseline, now) };
  const change = (figure: string) => changesOf(report).find((each) => each.figure === figure);

  expect(change("p99Milliseconds")).toEqual({
    figure: "p99Milliseconds",
    before: "60 ms",
    now: "30 ms",
    change: "-30 ms (-50 %)",
    direction: "better",
  });
  expect(change("coldStartPercent")).toMatchObject({ change: "+0.5 %", direction: "worse" });
  expect(change("p50Milliseconds")).toMatchObject({ change: "" });
  expect(change("heldRatePerSecond")).toMatchObject({ before: "10/s", now: "-", change: "" });
  expect(report.comparison.differences).toEqual(["memory_mb: 256, now 512"]);
  expect(pageOf(report)).toMatch(/<section id="comparison">[^]*-30 ms \(-50 %\) · better/);
  expect(reportLines(report).join("\n")).toMatch(/p99 without cold starts +60 ms +30 ms +-30 ms \(-50 %\) +better/);
});
