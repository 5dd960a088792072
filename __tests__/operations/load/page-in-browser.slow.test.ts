import { expect, test } from "@jest/globals";
import { buildComparison } from "../../../operations/load/compare";
import { renderPage } from "../../../operations/document/html";
import { buildLoadDocument } from "../../../operations/load/document";
import { describeInBrowser, testReadablePage } from "../../support/browser";
import { makeLoadReport } from "./support";

const CHARTS = ["latency", "distribution", "cold-starts", "instances", "requests", "errors", "memory"];

describeInBrowser("the page of a load test, in a browser", (open) => {
  const sample = makeLoadReport();
  const comparison = buildComparison(makeLoadReport({ figures: { p99Milliseconds: 60 } }), sample);
  let page: Promise<string> | undefined;
  const html = () => (page ??= renderPage(buildLoadDocument({ ...sample, comparison })));

  testReadablePage(open, "load", html, CHARTS);

  test("is dark where the reader's system is", async () => {
    const background = async (colorScheme: "light" | "dark") => {
      const { page } = await open(await html(), { colorScheme });
      return page.evaluate("getComputedStyle(document.body).backgroundColor");
    };

    expect(await background("light")).toBe("rgb(245, 246, 248)");
    expect(await background("dark")).toBe("rgb(18, 22, 28)");
  });
});
