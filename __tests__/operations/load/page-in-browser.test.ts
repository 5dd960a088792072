import { expect, test } from "@jest/globals";
import { comparisonWith } from "../../../operations/load/compare";
import { pageOf } from "../../../operations/load/page/page";
import {
  describeInBrowser,
  drawnCharts,
  leastContrast,
  overflow,
  saveScreenshot,
  SCREENS,
} from "../../support/browser";
import { sampleReport } from "./support";

const CHARTS = ["latency", "distribution", "cold-starts", "instances", "requests", "errors", "memory"];

/** Of text in its usual size: https://www.w3.org/TR/WCAG21/#contrast-minimum */
const CONTRAST = 4.5;

describeInBrowser("the page of a load test, in a browser", (open) => {
  const sample = sampleReport();
  const html = pageOf({
    ...sample,
    comparison: comparisonWith(sampleReport({ figures: { p99Milliseconds: 60 } }), sample),
  });

  test.each(["desktop", "phone"] as const)("draws every chart on a %s, and complains of nothing", async (screen) => {
    const { page, complaints } = await open(html, { screen });
    const charts = await drawnCharts(page);
    await saveScreenshot(page, `load-${screen}`);

    expect(complaints).toEqual([]);
    expect(charts.map(({ id }) => id)).toEqual(CHARTS);
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
    await saveScreenshot(page, `load-${colorScheme}`);

    expect({ text, isReadable: ratio >= CONTRAST }).toEqual({ text, isReadable: true });
  });

  test("is dark where the reader's system is", async () => {
    const background = async (colorScheme: "light" | "dark") => {
      const { page } = await open(html, { colorScheme });
      return page.evaluate("getComputedStyle(document.body).backgroundColor");
    };

    expect(await background("light")).toBe("rgb(245, 246, 248)");
    expect(await background("dark")).toBe("rgb(18, 22, 28)");
  });
});
