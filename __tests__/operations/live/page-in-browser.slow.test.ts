import { afterEach, describe, expect, test } from "@jest/globals";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type LocalEnvironment, startLocalEnvironment } from "../../../local/local-environment";
import { LiveServer } from "../../../operations/live/server";
import { describeInBrowser, measureOverflow, type OpenedPage, saveScreenshot } from "../../support/browser";
import { makeProject, makeTfvars } from "../../support/project";

const ROOT = resolve(".");
const SPEED = 60;

const HOSTILE = `<img src=x onerror="window.hurt=1"></script><script>window.hurt=1</script>`;

const API = `import { monitor } from ${JSON.stringify(join(ROOT, "performance"))};
export const handler = monitor(async (event) => {
  console.log(${JSON.stringify(HOSTILE)});
  if (event.rawPath === "/fail") throw new Error(${JSON.stringify(HOSTILE)});
  return { statusCode: event.rawPath === "/500" ? 500 : 200, body: "hello" };
});
`;

function exportOwn(name: string): string {
  return `export { handler } from ${JSON.stringify(join(ROOT, "functions", name, "handler"))};\n`;
}

const ending: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

/** An environment with its page. */
interface Running {
  readonly handlerFile: string;
  readonly environment: LocalEnvironment;
  readonly server: LiveServer;
  readonly url: URL;
}

async function start(more = ""): Promise<Running> {
  const api = `api = {
    ${more}
    endpoint = "iam"
    events = { orders = { sqs = { create = true } } }
  }`;
  const root = makeProject({
    "environments/dev.tfvars": makeTfvars({ functions: api }),
    "functions/api/handler.ts": API,
    "functions/warmer/handler.ts": exportOwn("warmer"),
    "functions/rollout-controller/handler.ts": exportOwn("rollout-controller"),
  });
  const server = new LiveServer(SPEED);
  const { onEvent } = server;
  const environment = await startLocalEnvironment({
    ...{ environment: "dev", root, speed: SPEED, warming: false, watch: true, onEvent },
  });
  ending.push(() => {
    server.close();
    return environment.close();
  });
  const handlerFile = join(root, "functions/api/handler.ts");
  return { handlerFile, environment, server, url: new URL(await server.listen(environment, 0)) };
}

async function send({ page }: OpenedPage, path: string, times: string): Promise<string> {
  await page.fill("#try [name=path]", path);
  await page.selectOption("#try [name=count]", times);
  await page.click("#try button.main");
  await page.waitForSelector("#try output:text-matches('[0-9]{3}')");
  return (await page.textContent("#try output")) ?? "";
}

/** The number of a widget. */
async function readNumber({ page }: OpenedPage, title: string): Promise<number> {
  const text = await page.textContent(`#board section:has(h3[title="${title}"]) .numbers b`);
  return Number((text ?? "").replaceAll(",", ""));
}

describeInBrowser("the page of a running environment", (open) => {
  test("draws every widget, with the numbers of the local metrics", async () => {
    const { environment, url } = await start();
    const opened = await open(url);
    const { page, complaints } = opened;

    const answers = [await send(opened, "/health", "10"), await send(opened, "/500", "10")];
    await page.waitForSelector('#board section:has(h3[title="Requests"]) .numbers b:text-is("20")');

    const sum = (name: string, dimensions: Record<string, string>, namespace = "AWS/Lambda") => {
      const window = { from: 0, to: Math.ceil(environment.now() / 60_000) * 60_000 };
      const from = window.to - 60 * 60_000;
      return environment.metrics.readStatistic({ namespace, name, dimensions }, "Sum", { ...window, from });
    };
    const body = JSON.parse(environment.dashboards[0]?.body ?? "") as { readonly widgets: readonly object[] };
    expect(answers).toEqual(["10 × 200", "10 × 500"]);
    expect(await readNumber(opened, "Requests")).toBe(
      sum("Invocations", { FunctionName: "dev-api", Resource: "dev-api:live" }),
    );
    expect(sum("ServerErrors", { FunctionName: "dev-api" }, "Lambda/Performance")).toBe(10);
    expect(await readNumber(opened, "Succeeded, %")).toBe(50);
    expect(await page.locator("#board > section").count()).toBe(body.widgets.length);
    expect(await page.locator("#board > section:empty, #board .note.bad-text").count()).toBe(0);
    expect(await page.textContent("#board .markdown:has-text('logs')")).toContain("traces");
    expect(await page.locator("#board a[href*='//console.']").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("lets its reader break a function and watch an alarm ring, and repair it", async () => {
    const { url, environment } = await start();
    const opened = await open(url);
    const { page, complaints } = opened;
    await page.waitForSelector("#try [name=break]");

    await page.click("#try [name=break]");
    await page.waitForSelector('#try [name=break]:text("Repair it")');
    const answer = await send(opened, "/health", "10");
    await page.waitForSelector("#ringing.bad-text");
    await page.waitForSelector('#alarms li[data-key="dev-api-errors"] .bad-text');
    await saveScreenshot(page, "live-broken");
    await page.click("#try [name=break]");
    await page.waitForSelector('#try [name=break]:text("Break it")');

    expect(answer).toBe("10 × 502");
    expect(await page.textContent("#alarms li[data-key=dev-api-errors]")).toContain("more than 5 failed requests");
    expect(await page.textContent("#requests li:first-child")).toMatch(/GET \/health.*502.*broken on purpose/s);
    expect(environment.faults.size).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("shows instances, requests with what they logged, and events of each source", async () => {
    const { url } = await start();
    const opened = await open(url);
    const { page } = opened;
    await send(opened, "/health", "1");

    await page.selectOption("#try [name=offer]", "sqs dev-api-orders");
    await page.click("#try button.main");
    await page.waitForSelector("#requests li:nth-child(2)");
    await page.click("#requests li:last-child summary");
    await page.waitForSelector("#requests li:last-child pre");

    expect(await page.textContent("#requests li:last-child")).toMatch(/GET \/health.*200.*cold start/s);
    expect(await page.textContent("#requests li:last-child pre")).toContain("platform.report");
    expect(await page.textContent("#requests li:first-child")).toContain("event");
    expect(await page.locator("#instances .instance.frozen").count()).toBe(1);
  });

  test("shows a mistake in what was saved until it is repaired", async () => {
    const { url, handlerFile } = await start();
    const { page } = await open(url);
    await page.waitForSelector("#try button.main");

    writeFileSync(handlerFile, `export const handler = ;`);
    await page.waitForSelector("#problem", { state: "visible" });
    const problem = await page.textContent("#problem");
    writeFileSync(handlerFile, `${API}\n// repaired`);
    await page.waitForSelector("#problem", { state: "hidden" });

    expect(problem).toMatch(/functions\/api\/handler\.ts:1:24: Unexpected ";"/);
  });

  test("shows how a saved version gets its requests", async () => {
    const { url, handlerFile } = await start('rollout = { strategy = "canary", percent = 10 }');
    const { page } = await open(url);
    await page.waitForSelector("#try button.main");

    writeFileSync(handlerFile, API.replace("hello", "hello again"));
    await page.waitForSelector("#rollouts .group");

    expect(await page.textContent("#rollouts")).toMatch(/api.*version 2.*10 % for.*Version 1.*Version 2.*Requests/s);
  });

  test("shows texts of functions as texts", async () => {
    const { url } = await start();
    const opened = await open(url);
    const { page, complaints } = opened;
    await send(opened, "/fail", "1");
    await page.waitForSelector("#requests li summary");

    await page.click("#requests li summary");
    await page.waitForSelector("#requests li pre");

    expect(await page.textContent("#requests li")).toContain(HOSTILE);
    expect(await page.evaluate("window.hurt")).toBeUndefined();
    expect(complaints).toEqual([]);
  });

  test("keeps what its reader has opened, chosen and typed", async () => {
    const { url } = await start();
    const opened = await open(url);
    const { page } = opened;
    await send(opened, "/one", "1");
    await page.click("#requests li summary");
    await page.waitForSelector("#requests li pre");
    await page.fill("#try [name=path]", "/typed");
    await page.selectOption("#board-head [name=minutes]", "15");

    await page.evaluate(`fetch("/trial", { method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ action: "send", offer: "request api", text: "", count: 10 }) })`);
    await page.waitForSelector("#requests li:nth-child(11)");

    expect(await page.locator("#requests li:last-child details[open] pre").count()).toBe(1);
    expect(await page.inputValue("#try [name=path]")).toBe("/typed");
    expect(await page.inputValue("#board-head [name=minutes]")).toBe("15");
  });

  test.each([
    { screen: "phone", colorScheme: "light" },
    { screen: "phone", colorScheme: "dark" },
    { screen: "desktop", colorScheme: "dark" },
  ] as const)("fits a $screen in $colorScheme", async (look) => {
    const { url } = await start();
    const opened = await open(url, look);
    await send(opened, "/health", "10");

    await saveScreenshot(opened.page, `live-${look.screen}-${look.colorScheme}`);

    expect(await measureOverflow(opened.page)).toBe(0);
    expect(opened.complaints).toEqual([]);
  });

  test("says that it is not connected once the environment has ended", async () => {
    const { url, server } = await start();
    const { page } = await open(url);
    await page.waitForSelector("#connection", { state: "hidden" });

    server.close();

    await page.waitForSelector('#connection:text("not connected")');
  });
});

describe("the page's server", () => {
  const TRIAL = JSON.stringify({ action: "break", functionId: "api", fault: "throw" });

  test.each([
    ["another site", { origin: "https://evil.example" }],
    ["nobody who says so", {}],
  ])("changes nothing for %s", async (_, headers) => {
    const { url, environment } = await start();

    const response = await fetch(new URL("/trial", url), { method: "POST", body: TRIAL, headers });

    expect(response.status).toBe(403);
    expect(environment.faults.size).toBe(0);
  });

  test.each([
    ["text that is no JSON", "{"],
    ["an action that is not offered", JSON.stringify({ action: "close" })],
    ["a function that there is not", JSON.stringify({ action: "break", functionId: "none", fault: "throw" })],
    ["a function that is not offered", JSON.stringify({ action: "break", functionId: "warmer", fault: "throw" })],
    ["something that is not offered", JSON.stringify({ action: "send", offer: "sqs other", text: "", count: 1 })],
    ["too much at once", JSON.stringify({ action: "send", offer: "request api", text: "", count: 1001 })],
    [
      "a path of another server",
      JSON.stringify({ action: "send", offer: "request api", text: "", count: 1, path: "@x" }),
    ],
  ])("does nothing about %s, and says so in one line", async (_, body) => {
    const { url } = await start();

    const response = await fetch(new URL("/trial", url), { method: "POST", body, headers: { origin: url.origin } });

    const { text, isBad } = (await response.json()) as { readonly text: string; readonly isBad: boolean };
    expect([response.status, isBad, text.split("\n").length]).toEqual([200, true, 1]);
  });

  test("answers many requests for one dashboard together, and what it does not know", async () => {
    const { url } = await start();
    const query = new URL("/dashboard?dashboard=0&choice=0&minutes=15", url);

    const drawn = await Promise.all(Array.from({ length: 50 }, async () => (await fetch(query)).text()));
    const unknown = await Promise.all(["//", "/dashboard?dashboard=7", "/x"].map((path) => fetch(url.origin + path)));

    expect(new Set(drawn).size).toBeLessThanOrEqual(2);
    expect(unknown.map(({ status }) => status)).toEqual([404, 404, 404]);
  });

  test("lets no other page show or read it", async () => {
    const { url } = await start();

    const { headers } = await fetch(url);

    expect(headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });
});
