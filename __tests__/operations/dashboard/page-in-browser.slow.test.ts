import { expect, test } from "@jest/globals";
import { runCommand } from "../../support/command";
import {
  describeInBrowser,
  LEAST_CONTRAST,
  measureLeastContrast,
  measureOverflow,
  saveScreenshot,
} from "../../support/browser";
import { HANDLER_SOURCE, makeTfvars } from "../../support/project";

const PAGE = "reports/dev-dashboard.html";
/** As of the other pages. */
const MOST_BYTES = 1.2e6;

async function makePage(functions: readonly string[]): Promise<string> {
  const files = Object.fromEntries(functions.map((name) => [`functions/${name}/handler.ts`, HANDLER_SOURCE]));
  const settings = functions.map((name) => `${name} = {}`).join("\n");
  const { files: written } = await runCommand(["dashboard", "dev", "--sample"], {
    files: { ...files, "environments/dev.tfvars": makeTfvars({ functions: settings }) },
  });
  return written[PAGE] ?? "";
}

describeInBrowser("the page of a dashboard, in a browser", (open) => {
  let made: Promise<string> | undefined;
  const html = () => (made ??= makePage(["api", "mail"]));

  test.each([
    ["desktop", "light"],
    ["desktop", "dark"],
    ["phone", "light"],
    ["phone", "dark"],
  ] as const)("is drawn on a %s in %s, fits, and complains of nothing", async (screen, colorScheme) => {
    const { page, complaints } = await open(await html(), { screen, colorScheme });
    const widgets = page.locator("section[data-widget]");
    const count = await widgets.count();
    for (let index = 0; index < count; index += 4) await widgets.nth(index).scrollIntoViewIfNeeded();
    await page.waitForFunction(`document.querySelectorAll(".place > div svg").length > 10`);
    await saveScreenshot(page, `dashboard-${screen}-${colorScheme}`);

    const { ratio, text } = await measureLeastContrast(page);
    expect({ text, isReadable: ratio >= LEAST_CONTRAST }).toEqual({ text, isReadable: true });
    expect(count).toBeGreaterThan(30);
    expect(await measureOverflow(page)).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("shows another function's figures, and the numbers behind them", async () => {
    const { page, complaints } = await open(await html());
    const number = page.locator('section:has(> h3[title="Requests"]) .numbers b').first();
    const before = await number.textContent();

    await page.getByRole("combobox").selectOption({ label: "mail" });
    const after = await number.textContent();
    const title = await page.locator('h3[title^="Slowest requests"]').textContent();
    await page.getByLabel("Numbers: Requests and errors").focus();
    await page.keyboard.press("Enter");
    const rows = page.locator('figure:has(h3[title="Requests and errors"]) details tbody tr');
    const total = (await rows.locator("td:nth-child(2)").allTextContents()).reduce(
      (sum, text) => sum + Number(text.replace(",", "")),
      0,
    );

    expect(after).not.toBe(before);
    expect(title).toBe("Slowest requests in /aws/lambda/dev-mail");
    expect(await rows.first().isVisible()).toBe(true);
    expect(total.toLocaleString("en-US")).toBe(after);
    expect(complaints).toEqual([]);
  });

  test("shows values at the pointer, and switches lines off with the keyboard", async () => {
    const { page } = await open(await html());
    const figure = page.locator('figure:has(h3[title="Requests and errors"])');
    await figure.scrollIntoViewIfNeeded();
    await figure.locator(".place > div svg").waitFor();
    const lines = () => figure.locator('path[fill="none"][stroke="var(--s1)"]').count();
    const before = await lines();

    await figure.locator(".place").hover();
    const tip = await page.waitForFunction(`document.querySelector(".place")?.innerText.includes("Requests:")`);
    await figure.getByRole("button", { name: "Requests", exact: true }).focus();
    await page.keyboard.press("Space");

    expect(await tip.jsonValue()).toBe(true);
    expect(before).toBeGreaterThan(0);
    expect(await lines()).toBe(0);
  });

  test("is whole without its script", async () => {
    const { page, complaints } = await open(await html(), { javaScript: false });
    await saveScreenshot(page, "dashboard-without-script");

    expect(await page.locator(".place > svg").count()).toBeGreaterThan(15);
    expect(await page.locator('section:has(> h3[title="Requests"]) .numbers b').first().textContent()).toMatch(/\d/);
    expect(complaints).toEqual([]);
  });

  test("of 50 functions weighs no more than other pages, and draws only what is looked at", async () => {
    const page50 = await makePage(Array.from({ length: 50 }, (_, index) => `f${index}`));
    const { page, complaints } = await open(page50);
    const drawn = page.locator(".place > div svg");
    await drawn.first().waitFor();
    const atFirst = await drawn.count();

    await page.getByRole("combobox").selectOption({ label: "f49" });
    await drawn.first().waitFor();

    expect(page50.length).toBeLessThan(MOST_BYTES);
    expect(atFirst).toBeLessThan(10);
    expect(await drawn.count()).toBeLessThan(10);
    expect(await page.locator('h3[title="Slowest requests in /aws/lambda/dev-f49"]').count()).toBe(1);
    expect(complaints).toEqual([]);
  }, 120_000);
});
