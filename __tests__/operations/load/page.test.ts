import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { listFigureChanges, summarizeComparison, buildComparison } from "../../../operations/load/compare";
import { formatDifference, FIGURE_KEYS, FIGURES, formatFigure } from "../../../operations/targets/figure-table";
import { type LoadReport, loadReportSchema } from "../../../operations/load/report-schema";
import { type Figures } from "../../../operations/targets/schema";
import { buildLoadDocument, formatLoadVerdict } from "../../../operations/load/document";
import { renderPage } from "../../../operations/document/html";
import { formatDocument } from "../../../operations/document/text";
import { makeLoadReport } from "./support";

const renderLoadPage = (report: LoadReport) => renderPage(buildLoadDocument(report));
const formatLoadReport = (report: LoadReport) => formatDocument(buildLoadDocument(report));

const CHARTS = ["latency", "distribution", "cold-starts", "instances", "requests", "errors", "memory"];

test("a report is the same after it was written as JSON and read", () => {
  const report = makeLoadReport();

  expect(loadReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
});

test("the page refers to nothing outside of itself, and runs its own script only", async () => {
  const page = await renderLoadPage(makeLoadReport());

  const [content, script = ""] = page.split("<script>");
  const hash = createHash("sha256")
    .update(script.split("</script>")[0] ?? "")
    .digest("base64");
  expect(content).not.toMatch(/https?:|@import|url\(|\son\w+=/i);
  expect(page).toContain(`default-src 'none'; script-src 'sha256-${hash}';`);
  expect(page.match(/\b(src|href)="[^"]*"/g)).toEqual(['href="data:,"']);
});

test("the page has every chart, with something drawn in it", async () => {
  const page = await renderLoadPage(makeLoadReport());

  for (const chart of CHARTS) {
    const drawn = new RegExp(`<figure id="${chart}"[^]*?</svg>`).exec(page)?.[0] ?? "";
    expect(drawn).toMatch(/<path [^>]*(fill|stroke)="var\(--s[1-4]\)"/);
    expect(drawn).not.toMatch(/NaN|Infinity|undefined/);
  }
});

test("the page of a cold-start run shows each burst without and with warming", async () => {
  const phase = (part: string, requests: number, coldStarts: number) => ({
    ...{ name: `burst of ${requests}, ${part}`, part, startSecond: 0, broken: false, failed: 0 },
    ...{ requests, coldStarts },
  });
  const sample = makeLoadReport();
  const page = await renderLoadPage({
    ...sample,
    settings: { ...sample.settings, profile: "cold-start" },
    phases: [phase("without warming", 2, 2), phase("with warming", 2, 0)],
  });

  expect(page).toMatch(/<figure id="warming"[^]*>100 %<\/text>[^]*>0 %<\/text>/);
  expect(page).toMatch(/burst of 2, without warming<[^]*burst of 2, with warming</);
});

test("of an address, the page says what cannot be measured there", async () => {
  const sample = makeLoadReport();
  const page = await renderLoadPage({
    ...sample,
    settings: { ...sample.settings, target: "url", address: "https://example.com/?a=<b>" },
  });

  expect(page).not.toContain('<figure id="instances"');
  expect(page.match(/Not measurable here: a deployed function/g)).toHaveLength(3);
  expect(page).toContain("https://example.com/?a=&lt;b&gt;");
});

test("the page of a run without any request is whole", async () => {
  const page = await renderLoadPage({
    ...makeLoadReport(),
    series: [],
    phases: [],
    distribution: [],
    figures: {},
    failures: {},
  });

  expect(page).not.toMatch(/NaN|Infinity|undefined/);
  expect(page.trimEnd()).toMatch(/<\/html>$/);
});

test("a comparison shows each figure then and now, the change, and settings that differ", async () => {
  const baseline = makeLoadReport({ figures: { p99Milliseconds: 60, coldStartPercent: 0.5, heldRatePerSecond: 10 } });
  const now = makeLoadReport({ environment: { ...baseline.environment, settings: { memory_mb: "512" } } });
  const report = { ...now, comparison: buildComparison(baseline, now) };
  const change = (figure: string) => listFigureChanges(report).find((each) => each.figure === figure);

  expect(change("p99Milliseconds")).toEqual({
    figure: "p99Milliseconds",
    before: "60 ms",
    now: "30 ms",
    change: "-30 ms (-50 %)",
    direction: "better",
  });
  expect(change("coldStartPercent")).toMatchObject({ change: "+0.5 points", direction: "worse" });
  expect(change("p50Milliseconds")).toMatchObject({ change: "" });
  expect(change("heldRatePerSecond")).toMatchObject({ before: "10/s", now: "-", change: "" });
  expect(report.comparison.differences).toEqual(["memory_mb: 256, now 512"]);
  expect(await renderLoadPage(report)).toMatch(/<section id="comparison"[^]*-30\sms \(-50\s%\)<[^]*>better</);
  expect(formatLoadReport(report).join("\n")).toMatch(
    /p99 without cold starts +60 ms +30 ms +-30 ms \(-50 %\) +better/,
  );
});

test("what a report's file says reaches no terminal as a command", () => {
  const now = makeLoadReport({});
  const baseline = makeLoadReport({ environment: { ...now.environment, name: "pr\u001b[2Jod\n" } });

  expect(buildComparison(baseline, now).differences).toEqual([`environment: prod , now ${now.environment.name}`]);
});

describe("a comparison's headline", () => {
  const compared = (before: Figures, now: Figures) => {
    const report = makeLoadReport({ figures: now });
    return { ...report, comparison: buildComparison(makeLoadReport({ figures: before }), report) };
  };

  test("names what is better and what is worse, and is not red where all targets are still met", async () => {
    const report = compared(
      { coldStartPercent: 53, averageMemoryPercent: 70, maxMemoryMb: 100 },
      { coldStartPercent: 0, averageMemoryPercent: 75, maxMemoryMb: 150, errorPercent: 0.05 },
    );

    expect(summarizeComparison(report)).toEqual({
      text: "better: cold starts 53 % -> 0 %; worse: errors 0 % -> 0.05 %",
      tone: "good",
    });
    expect(await renderLoadPage(report)).toMatch(
      /<section id="comparison" class="good"><h2>Since [^<]*: better: cold starts 53/,
    );
    expect(formatLoadReport(report).join("\n")).toMatch(/^Since .*: better: cold starts 53 % -> 0 %; worse: errors/m);
  });

  test("is red where a target is missed that was met", () => {
    expect(summarizeComparison(compared({ errorPercent: 0 }, { errorPercent: 1 }))?.tone).toBe("bad");
    expect(summarizeComparison(compared({ p99Milliseconds: 900 }, { p99Milliseconds: null }))).toEqual({
      text: "worse: p99 without cold starts 900 ms -> none",
      tone: "bad",
    });
  });

  test("counts memory as better the closer it is to its range, whichever way that is", () => {
    const direction = (before: number, now: number) =>
      listFigureChanges(compared({ averageMemoryPercent: before }, { averageMemoryPercent: now })).find(
        ({ figure }) => figure === "averageMemoryPercent",
      )?.direction;

    expect([direction(40, 50), direction(95, 85), direction(70, 95), direction(65, 75)]).toEqual([
      "better",
      "better",
      "worse",
      undefined,
    ]);
  });
});

test.each(FIGURE_KEYS)("a difference of %s is told in the figure's unit, and of a share in points", (key) => {
  const { unit } = FIGURES[key];

  expect(formatDifference(key, -2.5)).toBe(unit === "%" ? "2.5 points" : formatFigure(key, 2.5));
});

test("the verdict names what is missed, and what warming has brought", () => {
  const figures = {
    averageMemoryPercent: 90,
    coldStartPercentWithoutWarming: 53,
    coldStartPercentWithWarming: 0,
  };

  expect(formatLoadVerdict(makeLoadReport({ figures }))).toBe(
    "Not every target is met: 7 met, 1 missed (memory, average), 0 not measurable here. Warming: cold starts from 53 % to 0 %.",
  );
});

test("a second whose percentile fell on a failure says that there is none, not 0 ms", async () => {
  const sample = makeLoadReport();
  const page = await renderLoadPage({ ...sample, series: [{ second: 0, requests: 2, failed: 2 }] });

  expect(page).toContain("Latency over time</b>: No request was answered.");
  const partly = await renderLoadPage({
    ...sample,
    series: [
      { second: 0, requests: 2, failed: 2 },
      { second: 1, requests: 2, failed: 0, p50Milliseconds: 5, p90Milliseconds: 5, p99Milliseconds: 5 },
    ],
  });
  expect(partly).toContain("<td>0 s<td>none<td>none<td>none");
});

test("a chart that would be empty is one line of text", async () => {
  const sample = makeLoadReport();
  const series = sample.series.map((second) => ({ ...second, coldStarts: 0, failed: 0 }));
  const page = await renderLoadPage({ ...sample, series });

  expect(page).toContain("Cold starts over time</b>: No cold starts in this time.");
  expect(page).toContain("Error rate</b>: No request failed.");
  expect(page).not.toMatch(/<figure id="(cold-starts|errors)"/);
});

test("the page has thousands separators, and each figure once", async () => {
  const figures = { requests: 1_234_567, p99Milliseconds: 4321, maxMilliseconds: 9876 };
  const sample = makeLoadReport({ figures, distribution: [], phases: [] });
  const page = await renderLoadPage({ ...sample, series: [] });

  const count = (text: string) => page.replaceAll("\u00a0", " ").split(`>${text}<`).length - 1;

  expect(["1,234,567", "4,321 ms", "9,876 ms"].map(count)).toEqual([1, 1, 1]);
  expect(page).not.toMatch(/1234567|4321|9876/);
});

test("no line of a table ends between a number and its unit", async () => {
  const page = await renderLoadPage(makeLoadReport({ figures: { p99Milliseconds: 4321 } }));
  const cells = [...page.matchAll(/<td[^>]*data-heading[^>]*>([^<]*)</g)].map(([, text = ""]) => text);
  expect(cells.some((text) => text.includes("4,321\u00a0ms"))).toBe(true);
  expect(cells.filter((text) => /\d (ms|%)/.test(text))).toEqual([]);
});

test("percentiles that are the same can all be seen: upper lines have gaps, and each line's name is at its end", async () => {
  const sample = makeLoadReport();
  const series = sample.series.map((second) => ({
    ...second,
    ...{ p50Milliseconds: 30, p90Milliseconds: 30, p99Milliseconds: 30 },
  }));
  const picture = /<figure id="latency"[^]*?<\/svg>/.exec(await renderLoadPage({ ...sample, series }))?.[0] ?? "";

  const lines = [...picture.matchAll(/<path [^>]*stroke="var\(--(s\d)\)"[^>]*>/g)].map(([line, color]) => ({
    color,
    hasGaps: line.includes("stroke-dasharray"),
  }));
  const heights = [...picture.matchAll(/<text [^>]*translate\([\d.]+ ([\d.]+)\)"[^>]*>p\d\d</g)].map(([, y]) =>
    Number(y),
  );

  expect(lines).toEqual([
    { color: "s1", hasGaps: false },
    { color: "s2", hasGaps: true },
    { color: "s3", hasGaps: true },
  ]);
  expect(heights).toHaveLength(3);
  heights.forEach((height, index) => {
    heights.slice(index + 1).forEach((other) => {
      expect(Math.abs(height - other)).toBeGreaterThan(12);
    });
  });
});
