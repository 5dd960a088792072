import { beforeAll, expect, test } from "@jest/globals";
import { buildOwnLog } from "../../../operations/advise/log/log-advice";
import { buildAdviceDocument } from "../../../operations/advise/document";
import { renderPage } from "../../../operations/document/html";
import { buildAdviceReport } from "../../../operations/advise/build-report";
import { describeInBrowser, measureOverflow, saveScreenshot, testReadablePage } from "../../support/browser";
import { adviseSample, makeHistory } from "./support";

/** A log that tells of idle lives of ten minutes. */
function sampleLog() {
  const mechanism = {
    routing: "oldest-first",
    idleLifeSeconds: { least: 560, most: 640 },
    quietLifeSeconds: { least: 560, most: 590 },
    lifeSpanSeconds: { least: 3600, most: 7200 },
  } as const;
  const size = { from: 0, to: 72 * 3_600_000, requests: 9000, coldStarts: 120, isCut: false, slices: [] };
  const heldOut = { hours: 18, coldStarts: 30, predicted: 31, interval: { least: 25, most: 37 } };
  const fit = { mechanisms: [{ mechanism, weight: 1 }], relativeError: 0.05 };
  const seen = { idleSeconds: 540, quietSeconds: 540, lifeSeconds: 7000 };
  return buildOwnLog(size, { queries: 2, bytesScanned: 1e6, dollars: 0 }, { fit, seen, heldOut });
}

async function pageFor(more: Parameters<typeof adviseSample>[0] = {}): Promise<string> {
  const { advice } = await adviseSample(more);
  return renderPage(buildAdviceDocument(buildAdviceReport({ name: "dev", targets: {} }, [advice]), advice));
}

describeInBrowser("the page of an advice, in a browser", (open) => {
  let html = "";

  beforeAll(async () => {
    html = await pageFor();
  });

  testReadablePage(open, "advice", () => html, ["api-cost", "api-day", "api-sensitivity"]);

  test("tells what a function's own log says of AWS, and fits a phone with it", async () => {
    const { page, complaints } = await open(await pageFor({ ownLog: sampleLog() }), { screen: "phone" });

    const text = await page.textContent("#assumptions");

    await saveScreenshot(page, "advice-fitted");
    expect(complaints).toEqual([]);
    expect(await measureOverflow(page)).toBe(0);
    expect(text).toContain("Fitted to 9,000 requests and 120 cold starts of 72 hours of its log");
    expect(text).toContain("as fitted to its log");
    expect(text).toContain("Without its log, the assumptions are: idle life 5 to 7 minutes");
  });

  test("marks what is set now and what is recommended", async () => {
    const { page } = await open(html);

    const labels: string[] = await page.evaluate(
      `[...document.querySelectorAll("#api-cost svg.wide text")].map((label) => label.textContent).filter((text) => /^(recommended|set now)/.test(text))`,
    );

    expect(labels.sort()).toEqual(["recommended", "set now"]);
  });

  test("has something to say of a function without traffic", async () => {
    const history = makeHistory();
    if (history.source.kind === "minutes") history.source.counts.fill(0);
    const { page, complaints } = await open(await pageFor({ history }), { screen: "phone" });

    const text = await page.textContent("#recommendation");

    await saveScreenshot(page, "advice-nothing");
    expect(complaints).toEqual([]);
    expect(text).toContain("there were no requests");
  });
});
