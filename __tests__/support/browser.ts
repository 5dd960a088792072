import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { findBrowser } from "../../operations/dashboard/png";
import { skip } from "./terraform";

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];
const START_MILLISECONDS = 60_000;

/** The widths and heights that pages are looked at in. */
const SCREENS = { desktop: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } } as const;

/** How a page is looked at. */
export interface Look {
  readonly screen?: keyof typeof SCREENS;
  readonly colorScheme?: "light" | "dark";
  /** Whether scripts run; they do by default. */
  readonly javaScript?: boolean;
}

/** A page that was opened, and what it complained of. */
export interface OpenedPage {
  readonly page: Page;
  /** Errors and warnings of its console, uncaught errors, and requests for anything outside of itself. */
  readonly complaints: readonly string[];
}

/**
 * A `describe` that runs where there is a browser, and says loudly when it does not.
 *
 * @param tests gets what opens HTML, or an address, in a new page
 */
export function describeInBrowser(
  name: string,
  tests: (open: (content: string | URL, look?: Look) => Promise<OpenedPage>) => void,
): void {
  const executablePath = findBrowser();
  if (executablePath === undefined) {
    skip(name, "there is no browser: install Chromium, or say in CHROMIUM where one is");
    describe.skip(name, () => {
      tests(() => Promise.reject(new Error("there is no browser")));
    });
    return;
  }
  describe(name, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args: ARGUMENTS });
    }, START_MILLISECONDS);
    afterAll(async () => {
      await browser.close();
    });
    tests((content, look = {}) => openPage(browser, content, look));
  });
}

async function openPage(browser: Browser, content: string | URL, look: Look): Promise<OpenedPage> {
  const { screen = "desktop", colorScheme = "light", javaScript = true } = look;
  const context = await browser.newContext({ viewport: SCREENS[screen], colorScheme, javaScriptEnabled: javaScript });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("request", (request) => {
    const isOwn = content instanceof URL && request.url().startsWith(content.origin);
    if (!isOwn && !/^(data|about):/.test(request.url())) complaints.push(`asks for ${request.url()}`);
  });
  if (content instanceof URL) await page.goto(content.href, { waitUntil: "load" });
  else await page.setContent(content, { waitUntil: "load" });
  return { page, complaints };
}

/** Of text in its usual size: https://www.w3.org/TR/WCAG21/#contrast-minimum */
export const LEAST_CONTRAST = 4.5;
const SMALLEST_TEXT_PIXELS = 8;

/**
 * Tests what every page has to be: drawn, at rest, and readable on a desktop and on a phone, in light and in dark.
 *
 * @param name of its screenshots
 * @param charts the ids of all its charts, in their order
 */
export function testReadablePage(
  open: (html: string, look?: Look) => Promise<OpenedPage>,
  name: string,
  html: () => string | Promise<string>,
  charts: readonly string[],
): void {
  const opened = new Map<string, Promise<OpenedPage>>();
  /** The page for tests that change nothing on it: opening it takes longer than what they do. */
  const look = async ({ screen = "desktop", colorScheme = "light" }: Look = {}): Promise<OpenedPage> => {
    const key = `${screen} ${colorScheme}`;
    const page = opened.get(key) ?? open(await html(), { screen, colorScheme });
    opened.set(key, page);
    return page;
  };

  test.each(["desktop", "phone"] as const)("draws every chart on a %s, and complains of nothing", async (screen) => {
    const { page, complaints } = await look({ screen });
    const drawn = await measureDrawnCharts(page);
    await saveScreenshot(page, `${name}-${screen}`);

    expect(complaints).toEqual([]);
    expect(drawn.map(({ id }) => id)).toEqual(charts);
    for (const { shapes, width, smallestText } of drawn) {
      expect(shapes).toBeGreaterThan(0);
      expect(width).toBeLessThanOrEqual(SCREENS[screen].width);
      expect(smallestText).toBeGreaterThan(SMALLEST_TEXT_PIXELS);
    }
  });

  test("fits a phone: nothing has to be moved sideways, or shadows say so", async () => {
    const { page } = await open(await html(), { screen: "phone" });
    await page.evaluate(`document.querySelectorAll("details").forEach((details) => { details.open = true; })`);
    await saveScreenshot(page, `${name}-phone-numbers`);

    expect(await measureOverflow(page)).toBe(0);
    expect(await page.evaluate(CUT_OFF)).toEqual([]);
  });

  test.each(["desktop", "phone"] as const)(
    "has charts on a %s whose labels are apart, within the chart, and name both axes",
    async (screen) => {
      const { page } = await look({ screen });

      const labels = await measureChartLabels(page);

      expect(labels.map(({ id }) => id)).toEqual(charts);
      for (const { id, overlapping, outside, axisTitles } of labels) {
        expect({ id, overlapping, outside }).toEqual({ id, overlapping: [], outside: [] });
        expect({ id, axisTitles }).toEqual({ id, axisTitles: [expect.any(String), expect.any(String)] });
      }
    },
  );

  test("says with each chart where its numbers are", async () => {
    const { page } = await look();

    const missing = await page.evaluate(NUMBERLESS);

    expect(missing).toEqual([]);
  });

  test.each(["light", "dark"] as const)("has text that can be read in %s", async (colorScheme) => {
    const { page } = await look({ colorScheme });
    const { ratio, text } = await measureLeastContrast(page);
    await saveScreenshot(page, `${name}-${colorScheme}`);

    expect({ text, isReadable: ratio >= LEAST_CONTRAST }).toEqual({ text, isReadable: true });
  });
}

/** How far the page is wider than its screen, in pixels: it would have to be moved sideways. */
export async function measureOverflow(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}

/**
 * The least contrast of a text with what it is drawn on, and that text:
 * https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio
 */
export async function measureLeastContrast(page: Page): Promise<{ readonly ratio: number; readonly text: string }> {
  return page.evaluate(CONTRAST);
}

/** Of each chart: pairs of labels that are on each other, labels that leave it, and the axes' titles. */
export async function measureChartLabels(page: Page): Promise<
  {
    readonly id: string;
    readonly overlapping: string[];
    readonly outside: string[];
    readonly axisTitles: string[];
  }[]
> {
  return page.evaluate(LABELS);
}

/** Charts by id, with how large the shapes in them are drawn, in pixels. */
export async function measureDrawnCharts(page: Page): Promise<
  {
    readonly id: string;
    readonly width: number;
    readonly height: number;
    readonly shapes: number;
    readonly smallestText: number;
  }[]
> {
  return page.evaluate(DRAWN);
}

/** Saves what is seen, where SCREENSHOTS names a folder. */
export async function saveScreenshot(page: Page, name: string): Promise<void> {
  const folder = process.env["SCREENSHOTS"];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

// In the browser's language: the tests' own has no document.
const CONTRAST = `(() => {
  const channels = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = (color) => {
    const [red, green, blue] = channels(color).map((value) => value / 255).map((value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const background = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if ((channels(color)[3] ?? 1) > 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  let least = { ratio: 21, text: "" };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.textContent.trim() === "" || element.closest("title, style") || element.getClientRects().length === 0) continue;
    const style = getComputedStyle(element);
    const [front, back] = [luminance(element instanceof SVGElement ? style.fill : style.color), luminance(background(element))];
    const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    if (ratio < least.ratio) least = { ratio, text: node.textContent.trim() };
  }
  return least;
})()`;

const VISIBLE_CHARTS = `[...document.querySelectorAll("figure[id] svg")].filter((svg) => svg.getClientRects().length > 0)`;

const DRAWN = `${VISIBLE_CHARTS}.map((svg) => {
  const box = svg.getBoundingClientRect();
  const shapes = [...svg.querySelectorAll("path, rect, circle, polyline")].filter((shape) => {
    const { width, height } = shape.getBoundingClientRect();
    const isOfSeries = ["fill", "stroke"].some((name) => /^var\\(--s[0-9]/.test(shape.getAttribute(name) ?? ""));
    return isOfSeries && width + height > 0;
  });
  const scale = box.width / (svg.viewBox.baseVal?.width || box.width);
  const sizes = [...svg.querySelectorAll("text")].map((text) => parseFloat(getComputedStyle(text).fontSize) * scale);
  return { id: svg.closest("figure").id, width: box.width, height: box.height, shapes: shapes.length, smallestText: Math.min(...sizes) };
})`;

const LABELS = `${VISIBLE_CHARTS}.map((svg) => {
  const chart = svg.getBoundingClientRect();
  const labels = [...svg.querySelectorAll("text")].filter(({ textContent }) => textContent.trim() !== "").map((label) => {
    const { left, right, top, bottom, width, height } = label.getBoundingClientRect();
    return { text: label.textContent, left, right, top, bottom, width, height };
  });
  const overlapping = labels.flatMap((one, index) => labels.slice(index + 1).flatMap((other) => {
    const isApart = one.right <= other.left || other.right <= one.left || one.bottom - 2 <= other.top || other.bottom - 2 <= one.top;
    return isApart ? [] : [one.text + " / " + other.text];
  }));
  const outside = labels.filter(({ left, right, top, bottom }) => left < chart.left - 0.5 || right > chart.right + 0.5 || top < chart.top - 1 || bottom > chart.bottom + 1);
  const upright = labels.filter(({ width, height, text }) => text.length > 3 && height > width);
  const lowest = Math.max(...labels.map(({ bottom }) => bottom));
  const below = labels.filter(({ bottom, text }) => bottom > lowest - 6 && /[a-z]{3}/i.test(text));
  return { id: svg.closest("figure").id, overlapping, outside: outside.map(({ text }) => text), axisTitles: [...upright, ...below].map(({ text }) => text) };
})`;

/** Tables and texts that are wider than their place, which does not say so. */
const CUT_OFF = `[...document.querySelectorAll("table, pre")].flatMap((content) => {
  const cutting = [];
  for (let at = content; at; at = at.parentElement) {
    const place = at.closest("[tabindex]");
    const saysSo = place !== null && getComputedStyle(place).backgroundImage.includes("gradient");
    if (at.scrollWidth > at.clientWidth + 1 && !saysSo) cutting.push(at.tagName + "." + at.className);
  }
  return cutting;
})`;

const NUMBERLESS = `[...document.querySelectorAll("figure[id]")].filter((figure) => {
  const headings = [...document.querySelectorAll("h2")].map(({ textContent }) => textContent);
  const place = /The numbers are in the table \u201c(.*)\u201d/.exec(figure.textContent)?.[1];
  return figure.querySelectorAll("details tbody tr").length === 0 && !headings.includes(place);
}).map(({ id }) => id)`;
