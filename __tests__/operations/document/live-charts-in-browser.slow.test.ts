import { beforeAll, expect, test } from "@jest/globals";
import { renderPage } from "../../../operations/document/html";
import { buildLoadDocument } from "../../../operations/load/document";
import { describeInBrowser, saveScreenshot } from "../../support/browser";
import { makeLoadReport } from "../load/support";

const MOST_BYTES = 1.2e6;
const HOUR_SECONDS = 3600;

/** A run whose median is 10 ms in its first half and 20 ms in its second. */
function makeRun(seconds: number) {
  const [sample] = makeLoadReport().series;
  if (!sample) throw new Error("there is no second");
  const series = Array.from({ length: seconds }, (_, second) => ({
    ...sample,
    second,
    p50Milliseconds: second < seconds / 2 ? 10 : 20,
  }));
  return makeLoadReport({ series });
}

describeInBrowser("charts of a page, where its script runs", (open) => {
  let html = "";

  beforeAll(async () => {
    html = await renderPage(buildLoadDocument(makeRun(60)));
  });

  test.each(["desktop", "phone"] as const)("show the values at the pointer, on a %s", async (screen) => {
    const { page, complaints } = await open(html, { screen, colorScheme: "dark" });

    await page.hover("#latency .live", { position: { x: 110, y: 100 } });
    const tooltip = page.locator("#latency .live > div", { hasText: "p50: 10" });
    await tooltip.waitFor();
    const text = await tooltip.innerText();
    const colors: string[] = await page.evaluate(
      `[...document.querySelectorAll('#latency .live path[fill="none"]')].map((line) => line.getAttribute("stroke")).filter((color) => /--s\\d/.test(color))`,
    );

    await saveScreenshot(page, `live-${screen}`);
    expect(text).toMatch(/^\d+\.5 s\s+p50: 10\s+p90: 20\s+p99: 300$/);
    expect(new Set(colors)).toEqual(new Set(["var(--s1)", "var(--s2)", "var(--s3)"]));
    expect(complaints).toEqual([]);
  });

  test("are drawn without a series that is switched off, until it is switched on again", async () => {
    const { page } = await open(html);
    const countLines = () => page.locator('#latency .live path[stroke="var(--s3)"]').count();
    const key = page.getByRole("button", { name: "p99" });

    await key.focus();
    await page.keyboard.press("Enter");
    const whenOff = { lines: await countLines(), pressed: await key.getAttribute("aria-pressed") };
    await page.keyboard.press("Enter");

    expect(whenOff).toEqual({ lines: 0, pressed: "false" });
    expect(await countLines()).toBe(1);
  });

  test("zoom by the wheel once they were clicked, and show everything after a double click", async () => {
    const { page } = await open(html);
    const chart = page.locator("#latency .live");
    const label = chart.locator("text", { hasText: /^60 s$/ });

    await chart.hover();
    await page.mouse.wheel(0, -300);
    expect(await label.count()).toBe(1);

    await chart.click();
    await page.mouse.wheel(0, -300);
    await label.waitFor({ state: "detached" });
    await saveScreenshot(page, "live-zoomed");

    await chart.dblclick();
    await label.waitFor();
  });
});

describeInBrowser("a page, where no script runs", (open) => {
  test("shows every chart as a picture, and its numbers", async () => {
    const html = await renderPage(buildLoadDocument(makeRun(60)));
    const { page, complaints } = await open(html, { javaScript: false });

    const pictures = page.locator("figure > svg.wide");
    await page.locator("#latency summary").click();

    expect(await pictures.count()).toBeGreaterThan(5);
    expect(await page.locator("figure > svg.wide:visible").count()).toBe(await pictures.count());
    expect(await page.locator(".live").count()).toBe(0);
    expect(await page.locator("#latency tbody tr").first().innerText()).toMatch(/0 s\s+10\s+20\s+300/);
    expect(complaints).toEqual([]);
  });
});

test("the page of a run of an hour is small, and its points name the worst of their seconds", async () => {
  const run = makeRun(HOUR_SECONDS);
  const [first, ...rest] = run.series;
  if (!first) throw new Error("there is no second");
  const page = await renderPage(buildLoadDocument({ ...run, series: [{ ...first, p99Milliseconds: 987 }, ...rest] }));

  expect(page.length).toBeLessThan(MOST_BYTES);
  expect(page).toContain("<td>0 s<td>10<td>20<td>987");
  expect(page).toContain("Each point is of 12 seconds");
});
