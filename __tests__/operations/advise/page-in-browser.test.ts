import { beforeAll, expect, test } from "@jest/globals";
import { pageOf } from "../../../operations/advise/page/page";
import { reportOf } from "../../../operations/advise/report-of";
import {
  describeInBrowser,
  drawnCharts,
  leastContrast,
  overflow,
  saveScreenshot,
  SCREENS,
} from "../../support/browser";
import { advised, sampleHistory } from "./support";

/** Of text in its usual size: https://www.w3.org/TR/WCAG21/#contrast-minimum */
const CONTRAST = 4.5;

async function pageFor(more: Parameters<typeof advised>[0] = {}): Promise<string> {
  const { advice } = await advised(more);
  return pageOf(reportOf("dev", [advice]), advice);
}

/** Simulating takes its time on a busy computer. */
const LONGEST_MILLISECONDS = 120_000;

describeInBrowser("the page of an advice, in a browser", (open) => {
  let html = "";

  beforeAll(async () => {
    html = await pageFor();
  }, LONGEST_MILLISECONDS);

  test.each(["desktop", "phone"] as const)("draws every chart on a %s, and complains of nothing", async (screen) => {
    const { page, complaints } = await open(html, { screen });

    const charts = await drawnCharts(page);

    await saveScreenshot(page, `advice-${screen}`);
    expect(complaints).toEqual([]);
    expect(charts.map(({ id }) => id)).toEqual(["api-cost", "api-day", "api-sensitivity"]);
    for (const { shapes, width, smallestText } of charts) {
      expect(shapes).toBeGreaterThan(0);
      expect(width).toBeLessThanOrEqual(SCREENS[screen].width);
      expect(smallestText).toBeGreaterThan(8);
    }
  });

  test("fits a phone: nothing has to be moved sideways", async () => {
    const { page } = await open(html, { screen: "phone" });

    expect(await overflow(page)).toBe(0);
  });

  test.each(["light", "dark"] as const)("has text that can be read in %s", async (colorScheme) => {
    const { page } = await open(html, { colorScheme });

    const { ratio, text } = await leastContrast(page);

    await saveScreenshot(page, `advice-${colorScheme}`);
    expect({ text, isReadable: ratio >= CONTRAST }).toEqual({ text, isReadable: true });
  });

  test("marks what is set now and what is recommended", async () => {
    const { page } = await open(html);

    const labels: string[] = await page.evaluate(
      `[...document.querySelectorAll("#api-cost .label")].map((label) => label.textContent).filter((text) => text !== "")`,
    );

    expect(labels.sort()).toEqual(["recommended", "set now"]);
  });

  test(
    "has something to say of a function without traffic",
    async () => {
      const history = sampleHistory();
      if (history.source.kind === "minutes") history.source.counts.fill(0);
      const { page, complaints } = await open(await pageFor({ history }), { screen: "phone" });

      const text = await page.textContent("#recommendation");

      await saveScreenshot(page, "advice-nothing");
      expect(complaints).toEqual([]);
      expect(text).toContain("no request came in");
    },
    LONGEST_MILLISECONDS,
  );
});
